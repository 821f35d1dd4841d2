# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Small mutations of the code that decides, and which of them the unit tests notice.

``python -m tools.mutants --seed 1 --count 200`` draws mutants, and runs for each the unit tests of its room. A mutant that
no test notices stands for a mistake that could be made there without a test going red.
"""

# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation that all modules of the collection share."""

from __future__ import annotations


class ModuleDocFragment:
    """``configmgr.scp.attributes`` for all modules, and ``.change`` or ``.info`` for their behaviour in check mode."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
    support: full
  action_group:
    description: Is part of an action group, for convenient setting of C(module_defaults).
    support: full
    membership:
      - configmgr.scp.all
  async:
    description: Supports being used with the C(async) keyword.
    support: none
    details:
      - Tasks with C(async) are refused, because the module runs on the controller. Give the task a longer time limit, or let it
        return at once and poll with the matching C(_info) module.
  become:
    description: Is usable alongside the C(become) keywords.
    support: none
    details:
      - Tasks with C(become) are refused. WMI is used with the rights of the account that connects.
  bypass_host_loop:
    description: Forces a global task that does not execute per host.
    support: none
  connection:
    description: Uses the target's configured connection information to execute code on it.
    support: partial
    details:
      - Uses the settings of P(ansible.builtin.winrm#connection) or P(ansible.builtin.psrp#connection). Other connections are
        refused.
      - The connection plugin itself does not connect, and no shell or PowerShell process is started for it on the server.
  delegation:
    description: Can be used in conjunction with C(delegate_to) and related keywords.
    support: full
  platform:
    description: Target operating systems that can be operated against.
    support: full
    platforms: windows
requirements:
  - pywinrm >= 0.5.0 on the controller, for hosts with C(ansible_connection=winrm)
  - pypsrp >= 0.9.0 on the controller, for hosts with C(ansible_connection=psrp)
notes:
  - The module runs on the controller and uses WMI over WinRM on the host of its task. Nothing is installed on the server.
  - The account needs to be a member of the server's Administrators group, or of Remote Management Users with rights to the WMI
    namespace that is used.
  - The keyword C(timeout) interrupts the module on the controller. An operation that was already started on the server continues.
  - The progress of long waits is written to standard error, at most once every few seconds for each host.
seealso:
  - plugin: ansible.builtin.winrm
    plugin_type: connection
  - plugin: ansible.builtin.psrp
    plugin_type: connection
"""

    CHANGE = r"""
attributes:
  check_mode:
    description: Can run in check mode and return the changed status without modifying the target.
    support: full
  diff_mode:
    description: Will return details on what has changed, or possibly needs changing in check mode, when in diff mode.
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    description: Can run in check mode and return the changed status without modifying the target.
    support: full
    details:
      - The module never changes anything.
  diff_mode:
    description: Will return details on what has changed, or possibly needs changing in check mode, when in diff mode.
    support: none
"""

    CONTROLLER = r"""
attributes:
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
    support: full
  action_group:
    description: Is part of an action group, for convenient setting of C(module_defaults).
    support: full
    membership:
      - configmgr.scp.all
  async:
    description: Supports being used with the C(async) keyword.
    support: none
  become:
    description: Is usable alongside the C(become) keywords.
    support: none
    details:
      - The module runs as the user who runs Ansible.
  bypass_host_loop:
    description: Forces a global task that does not execute per host.
    support: none
  check_mode:
    description: Can run in check mode and return the changed status without modifying the target.
    support: full
  connection:
    description: Uses the target's configured connection information to execute code on it.
    support: none
    details:
      - No connection is made, whatever the connection variables are.
  delegation:
    description: Can be used in conjunction with C(delegate_to) and related keywords.
    support: none
  diff_mode:
    description: Will return details on what has changed, or possibly needs changing in check mode, when in diff mode.
    support: none
  platform:
    description: Target operating systems that can be operated against.
    support: full
    platforms: posix
"""

    WRITER = r"""
options:
  writer:
    description:
      - How the module writes to the site. What it plans, refuses, reads again and proves is the same in each way.
      - V(cim) writes with WMI over WinRM.
      - V(cmdlets) runs one cmdlet of the product's PowerShell module for each write, with Windows PowerShell 5.1 in a remote
        shell on the host of the task. The Configuration Manager console must be installed there, in the version of the site, and
        the account must be allowed to use remote shells.
      - V(auto) begins with V(cim). It changes to V(cmdlets) only if the SMS Provider answers that it does not support such a
        write, and a reading shows that nothing was written; never after a missing right, a value that is not valid, a time-out
        or a lost answer.
    type: str
    choices: [auto, cim, cmdlets]
    default: auto
    version_added: 1.1.0
"""

    # Listed before the other fragments, because the first one wins: these modules are in two groups.
    SITE = r"""
attributes:
  action_group:
    membership:
      - configmgr.scp.all
      - configmgr.scp.site
options:
  site_code:
    description:
      - Code of the site.
      - If omitted, it is determined with one additional request. This works only when the host's SMS Provider serves exactly one
        site.
    type: str
"""

# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What all modules of the collection have in common as Ansible and its users see them."""

from __future__ import annotations


class ModuleDocFragment:
    """``configmgr.scp.attributes`` for all modules, and one of ``.change`` and ``.info`` for what they do in check mode."""

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
      - Tasks with C(async) are refused, the module runs on the controller. Give it a longer time limit, or let it return at once
        and poll with the matching C(_info) module.
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
  - The module runs on the controller and speaks WMI over WinRM to the host of its task. Nothing is installed on the server.
  - The account needs membership in the server's Administrators, or in Remote Management Users and the rights to the WMI
    namespace in question.
  - The keyword C(timeout) interrupts the module on the controller. What the server was already asked to do goes on.
  - Progress of long waits is written to the standard error output, at most once in a few seconds for each host.
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
      - The module changes nothing, in no mode.
  diff_mode:
    description: Will return details on what has changed, or possibly needs changing in check mode, when in diff mode.
    support: none
"""

    # Named before the other fragments, for what comes first holds: these modules are in two groups.
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
      - What is done is done by the user who runs Ansible.
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
      - Nothing is sent anywhere, whatever the connection variables say.
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
      - Found when left out, at the price of one request, where the host's SMS Provider serves one site.
    type: str
"""

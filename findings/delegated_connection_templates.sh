#!/bin/sh
# ansible-core 2.19.14: a task that is delegated to host b connects to the address of host a.
#
# If an inventory builds the address of every host from one template, ansible_host: "{{ inventory_hostname }}.example.invalid", a task of
# host a with delegate_to: b resolves b's template with a's inventory_hostname. The address (and a user or password that is looked up by
# inventory_hostname) is then that of the host of the play, while the output shows "a -> b". Without delegation, b is reached as expected.
# Many users expect that the variables of the delegated host refer to the delegated host. The same was seen with 2.18.19.
#
# This runs only ansible-core in a temporary folder; a script replaces ssh and prints the address that it received. It makes no connection.
set -eu
version=2.19.14
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install "ansible-core==$version"
cd "$folder"
printf '#!/bin/sh\nfor word in "$@"; do case $word in *.example.invalid) echo "sent to $word" >&2 ;; esac; done\nexit 255\n' >show_address
chmod +x show_address
: >ansible.cfg
cat >inventory.yml <<'END'
all:
  vars:
    ansible_connection: ssh
    ansible_ssh_executable: "{{ inventory_dir }}/show_address"
    ansible_host: "{{ inventory_hostname }}.example.invalid"
  hosts:
    a:
    b:
END
cat >play.yml <<'END'
- hosts: a
  gather_facts: false
  tasks:
    - ansible.builtin.raw: hostname
      delegate_to: b
      ignore_unreachable: true
- hosts: b
  gather_facts: false
  tasks:
    - ansible.builtin.raw: hostname
END
export ANSIBLE_HOME="$folder/home" ANSIBLE_NOCOLOR=1 ANSIBLE_SSH_RETRIES=0
venv/bin/ansible-playbook -i inventory.yml play.yml >output 2>&1 || true
seen=$(grep -E '^fatal: \[' output | sed -E 's/^fatal: \[([^]]*)\].*sent to ([a-z.]*).*/\1: \2/')
wanted='a -> b: a.example.invalid
b: b.example.invalid'
echo "ansible-core $version"
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "the result has changed; expected:"; echo "$wanted"; exit 1; }

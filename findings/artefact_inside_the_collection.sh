#!/bin/sh
# ansible-navigator 26.10.0: a playbook that is run by its full name leaves its artefact inside the installed collection.
#
# The default of playbook-artifact save-as begins with {playbook_dir}. For `ansible-navigator run example.demo.hello` that is the folder
# playbooks of the collection, wherever the command was started: each run adds a file to the installed collection, where its user
# does not look for it. A playbook that is named by its path has its artefact beside it, in the project.
#
# This runs only the two packages in a temporary folder, with a collection of one playbook.
set -eu
navigator=26.10.0 core=2.19.14
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install "ansible-core==$core" "ansible-navigator==$navigator"
demo=$folder/collections/ansible_collections/example/demo
mkdir -p "$demo/playbooks" "$folder/project"
printf 'namespace: example\nname: demo\nversion: 1.0.0\nreadme: README.md\nauthors: [nobody]\n' >"$demo/galaxy.yml"
printf -- '- hosts: localhost\n  gather_facts: false\n  tasks:\n    - ansible.builtin.debug: {msg: hello}\n' >"$demo/playbooks/hello.yml"
cp "$demo/playbooks/hello.yml" "$folder/project/own.yml"
cd "$folder/project"
export PATH="$folder/venv/bin:$PATH" ANSIBLE_COLLECTIONS_PATH="$folder/collections" ANSIBLE_HOME="$folder/home" HOME="$folder"
for playbook in own.yml example.demo.hello; do
  ansible-navigator run "$playbook" --mode stdout --execution-environment false >/dev/null 2>&1
done
seen=$(cd "$folder" && find . -name '*-artifact-*.json' | sed 's/-artifact-.*/-artifact/; s,^\./,,' | sort)
wanted='collections/ansible_collections/example/demo/playbooks/hello-artifact
project/own-artifact'
echo "ansible-navigator $navigator, ansible-core $core"
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "the result has changed; expected:"; echo "$wanted"; exit 1; }

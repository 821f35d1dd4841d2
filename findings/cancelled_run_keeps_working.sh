#!/bin/sh
# ansible-runner 2.4.3 with ansible-core 2.19.14: a run that was ended by its time limit keeps working.
#
# At job_timeout, and when its caller cancels a run, ansible-runner kills the process group of ansible-playbook and reports the status
# "timeout" or "canceled". Since ansible-core 2.19 the process of each task is in a session of its own, so it is not in that group: the
# task that was running completes on its hosts, after the status was reported and while a next run may already be at work. With
# ansible-core 2.18.19 the task ends with the run. In a container this is not seen, because the container is removed.
#
# This runs only the two packages in a temporary folder. The task writes a file there, some seconds after the time limit.
set -eu
runner=2.4.3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seen=
for core in 2.18.19 2.19.14; do
  python3 -m venv "$folder/$core"
  "$folder/$core/bin/pip" -q --disable-pip-version-check install "ansible-core==$core" "ansible-runner==$runner"
  data=$folder/data-$core
  mkdir -p "$data/project" "$data/env" "$data/inventory"
  echo "localhost ansible_connection=local ansible_python_interpreter=$folder/$core/bin/python" >"$data/inventory/hosts"
  printf '{"job_timeout": 4, "pexpect_timeout": 1, "suppress_ansible_output": true}' >"$data/env/settings"
  cat >"$data/project/play.yml" <<END
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.shell: "touch $data/begun; sleep 10; touch $data/completed"
END
  PATH="$folder/$core/bin:$PATH" ANSIBLE_HOME="$folder/home-$core" ansible-runner run "$data" -p play.yml --ident one >/dev/null 2>&1 || true
  status=$(cat "$data/artifacts/one/status")
  begun=no completed=no
  [ ! -e "$data/begun" ] || begun=yes
  [ ! -e "$data/completed" ] || completed=before
  if [ $completed = no ]; then
    sleep 12
    [ ! -e "$data/completed" ] || completed=after
  fi
  seen="${seen}ansible-core $core: status $status; the task began: $begun; completed: $completed
"
done
wanted='ansible-core 2.18.19: status timeout; the task began: yes; completed: no
ansible-core 2.19.14: status timeout; the task began: yes; completed: after
'
echo "ansible-runner $runner"
printf '%s' "$seen"
[ "$seen" = "$wanted" ] || { echo "the result has changed; expected:"; printf '%s' "$wanted"; exit 1; }

#!/usr/bin/env bash
# The steps of the pipelines, the same for every service. Run them in the root of the repository:
#   bash pipeline/steps.sh install | lint | preflight | drift | provision | report
# Further words are arguments of ansible-playbook, such as --limit cas01.contoso.com.
#
# Environment variables:
#   SCP_INVENTORY       the inventory; default: inventory
#   SCP_REPORTS         the folder of the reports, to keep as artefact; default: reports
#   SCP_VAULT_PASSWORD  the password of the vault; vault-password.sh passes it on to Ansible, and it is never an argument
#
# Exit status: 0; 10 if `drift` found that something would change; otherwise that of the program that failed: 2 if a check or a task
# failed, 4 if a host was unreachable.
set -euo pipefail

pipeline=$(dirname "$0")
step=${1:?"name a step: install, lint, preflight, drift, provision or report"}
shift
inventory=${SCP_INVENTORY:-inventory}
reports=$PWD/${SCP_REPORTS:-reports}

# Everything is in the folder of the run: nothing of another project on the same runner is used or changed.
export ANSIBLE_HOME="$PWD/.ansible" ANSIBLE_COLLECTIONS_PATH="$PWD/.ansible/collections"
export PATH="$PWD/.venv/bin:$PATH" PIP_DISABLE_PIP_VERSION_CHECK=1
if [ -n "${SCP_VAULT_PASSWORD:-}" ]; then
  # Ansible runs the file only if it is executable; a clone that was made on Windows can have lost that.
  chmod u+x "$pipeline/vault-password.sh"
  export ANSIBLE_VAULT_PASSWORD_FILE="$PWD/$pipeline/vault-password.sh"
fi
mkdir -p "$reports"

play() {
  playbook=$1
  shift
  # The output has texts of servers. GitHub and Azure Pipelines must not read a command for the runner in them.
  ansible-playbook --inventory "$inventory" "configmgr.scp.$playbook" "$@" 2>&1 |
    sed --unbuffered --regexp-extended -e 's/##(vso)?\[/## \1[/g' -e 's/^( *)::/\1: :/'
}

case $step in
  install)
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/pip install --quiet --requirement "$pipeline/requirements.txt"
    ansible-galaxy collection install --force --offline --requirements-file "$pipeline/requirements.yml"
    ;;
  lint)
    ansible-lint --offline --strict "$inventory"
    # The playbooks of the collection exist and can be read. Without an inventory, no secret is needed.
    ansible-playbook --inventory localhost, --syntax-check configmgr.scp.preflight configmgr.scp.provision configmgr.scp.report
    ;;
  preflight)
    play preflight --extra-vars "preflight_report_dir=$reports" "$@"
    ;;
  drift)
    # A file of an earlier run must not be read as the result of this one.
    rm -f "$reports/drift.json" "$reports/drift.xml"
    ANSIBLE_CALLBACKS_ENABLED=configmgr.scp.drift SCP_DRIFT_DIR="$reports" play provision --check --diff "$@"
    python3 -c 'import json, sys; sys.exit(10 if json.load(open(sys.argv[1]))["changed"] else 0)' "$reports/drift.json"
    ;;
  provision)
    play provision --diff "$@"
    ;;
  report)
    play report --extra-vars "scp_report_dir=$reports" "$@"
    ;;
  *)
    echo "steps.sh: there is no step $step; choose install, lint, preflight, drift, provision or report." >&2
    exit 64
    ;;
esac

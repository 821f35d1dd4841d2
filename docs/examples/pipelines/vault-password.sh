#!/bin/sh
# Ansible runs this file to get the password of the vault, so that the password is in no file and in no argument of a program.
printf '%s\n' "${SCP_VAULT_PASSWORD:?"set SCP_VAULT_PASSWORD from the secret store of the service"}"

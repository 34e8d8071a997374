#!/usr/bin/env bash
# Sets up .venv so that `make test` and `make demo` can run: system libraries, the locked
# packages, the messages of this package. Does only what is missing; run again after an
# interruption, it repairs. Called by make; see docs/install.md for the variables.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VENV=$PWD/.venv
LOCK=requirements/lock.txt
say() { echo "setup: $*"; }
trap 'echo "setup: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
fail() { echo "setup: $*" >&2; exit 1; }

# The interpreter, 3.11 or 3.12, for which the lock holds.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.11 python3.12 python3}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
      2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "no Python 3.11 or 3.12 found; install one, or name it: make setup PYTHON=/path/to/python"
}

# One hash per step: of all that the step depends on.
packages_stamp() {
  { "$1" --version; cat "$LOCK" scripts/setup.sh; echo "${TORCH_INDEX:-}"; } | sha256sum
}
messages_stamp() {
  { packages_stamp "$1"; echo "$PWD"
    cat CMakeLists.txt package.xml pyproject.toml setup.py scripts/*_node
    find cmake msg srv action config launch -type f -exec sha256sum {} + 2> /dev/null | sort || true
  } | sha256sum
}
is_done() { [[ -e $VENV/.done-$1 && $(cat "$VENV/.done-$1") == "$2" ]]; }
mark_done() { echo "$2" > "$VENV/.done-$1.new"; mv "$VENV/.done-$1.new" "$VENV/.done-$1"; }

install_system_packages() {
  local missing command
  missing=$("$1" scripts/system_packages.py)
  if [[ -z $missing ]]; then
    return
  fi
  command="apt-get install -y --no-install-recommends $missing"
  if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
    fail "system packages are missing; run: sudo $command"
  fi
  say "$command"
  # shellcheck disable=SC2086
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command -qq; } > /dev/null ||
    fail "this failed: $command"
}

# PyPI's torch for x86_64 Linux is a CUDA build that does not load without 3 GB of CUDA
# libraries, a CPU build needs none of them. Take whatever build the configured sources give.
install_torch() {
  local torch source=()
  torch=$(grep '^torch==' "$LOCK")
  [[ -n ${TORCH_INDEX:-} ]] && source=(--index-url "$TORCH_INDEX")
  if "$VENV/bin/python" -c 'import torch' 2> /dev/null &&
    [[ $("$VENV/bin/python" -c 'import torch; print(torch.__version__)') == "${torch#*==}"* ]]; then
    return
  fi
  if "$VENV/bin/pip" install --quiet --dry-run --no-deps --ignore-installed "${source[@]}" \
    --report - "$torch" 2> /dev/null | grep -qE '"(nvidia|cuda)-'; then
    say "the only build of torch found here is the one for CUDA (3 GB with its libraries);" \
      "for the CPU build: make setup TORCH_INDEX=<PyTorch's index of CPU wheels>"
    "$VENV/bin/pip" install --quiet "$torch"
  else
    "$VENV/bin/pip" install --quiet --no-deps "${source[@]}" "$torch"
  fi
}

install_packages() {
  say "installing $(grep -c '==' "$LOCK") packages into .venv (some minutes the first time)"
  # A run that was interrupted may have left half a package behind: start from nothing.
  if [[ -e $VENV/.unfinished || ! -x $VENV/bin/pip ]]; then
    "$1" -m venv --clear "$VENV"
  fi
  touch "$VENV/.unfinished"
  rm -f "$VENV"/.done-*
  grep -v '^torch==' "$LOCK" | "$VENV/bin/pip" install --quiet --no-deps -r /dev/stdin
  install_torch
  rm "$VENV/.unfinished"
}

install_messages() {
  say "building the messages"
  rm -f "$VENV/.done-messages"
  "$VENV/bin/pip" install --quiet --no-deps --no-build-isolation --editable .
}

check() {
  "$VENV/bin/python" - <<'PY' || fail "the environment does not work; remove .venv and try again"
import cv2, numpy, open3d, rclpy, torch, transformers
from tf2_msgs.msg import TFMessage
from visa_ros.srv import Query
PY
}

main() {
  # Neither a ROS sourced in this shell nor another environment's wheels may leak in.
  if [[ -n ${_ROS_WHEELS_BOOTSTRAP_COMPLETE:-}${ROS_DISTRO:-} ]]; then
    unset _ROS_WHEELS_BOOTSTRAP_COMPLETE LD_LIBRARY_PATH ROS_DISTRO
  fi
  unset PYTHONHOME PYTHONPATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PATH="$VENV/bin:$PATH"
  mkdir -p build
  exec 9> build/setup.lock
  flock 9  # two calls at once: the second waits

  local python stamp
  python=$(find_python)
  stamp=$(packages_stamp "$python")
  if ! is_done packages "$stamp"; then
    install_system_packages "$python"
    install_packages "$python"
    mark_done packages "$stamp"
  fi
  stamp=$(messages_stamp "$python")
  if ! is_done messages "$stamp"; then
    install_messages
    check
    mark_done messages "$stamp"
  fi
}

main "$@"

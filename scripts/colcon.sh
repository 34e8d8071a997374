#!/usr/bin/env bash
# Builds and tests this package with colcon, as a robot's workspace would, but against the ROS 2
# wheels in .venv. The workspace is temporary. Called by `make colcon`.
#
# `colcon test` itself runs all tests; here only the parts that match COLCON_TESTS, which are those
# that show whether the installed package is whole (`make test` runs all of them).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

COLCON_TESTS=${COLCON_TESTS:-^(ros|cli|geometry|test_api|test_architecture|test_build)$}
ROOT=$PWD
WORKSPACE=$(mktemp -d)
trap 'rm -rf "$WORKSPACE"' EXIT
mkdir "$WORKSPACE/src"
ln -s "$ROOT" "$WORKSPACE/src/visa_ros"
cd "$WORKSPACE"
export PATH="$ROOT/.venv/bin:$PATH"

colcon --log-level error build --event-handlers console_direct- summary+ --cmake-args -G Ninja \
  -DCMAKE_BUILD_TYPE=Release -DPython3_EXECUTABLE="$ROOT/.venv/bin/python" \
  -DCMAKE_PROJECT_visa_ros_INCLUDE="$ROOT/cmake/ros_wheels.cmake"
# shellcheck disable=SC1091
set +u && source install/setup.bash && set -u
colcon --log-level error test --event-handlers console_cohesion+ --return-code-on-test-failure \
  --ctest-args -R "$COLCON_TESTS"
colcon test-result --verbose

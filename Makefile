# The two commands of this repository are `make demo` and `make test`; each sets up what it needs.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types colcon parity nano lock clean

SEED ?= 2
RUNS ?= 1
TESTS ?= test
VENV := $(CURDIR)/.venv
RUN := $(VENV)/bin

# A ROS that is sourced in this shell, or another environment's wheels, must not leak into .venv.
unexport PYTHONHOME PYTHONPATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH
unexport RMW_IMPLEMENTATION ROS_VERSION ROS_PYTHON_VERSION
ifneq ($(ROS_DISTRO)$(_ROS_WHEELS_BOOTSTRAP_COMPLETE),)
unexport ROS_DISTRO _ROS_WHEELS_BOOTSTRAP_COMPLETE LD_LIBRARY_PATH
endif

# Tests talk over the loopback only, each run in a domain of its own, with messages checked.
TEST_ENV = ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST ROS_LOCALHOST_ONLY=1 \
  ROS_DOMAIN_ID=$${ROS_DOMAIN_ID:-$$(( $$$$ % 100 + 1 ))} ROS_PYTHON_CHECK_FIELDS=1

help:  ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup:  ## make or repair .venv: packages, messages (PYTHON=, TORCH_INDEX=)
	@scripts/setup.sh

demo: setup  ## camera and node over ROS 2, questions, out/demo/ (SEED=7: another scene; RUNS=10: the rate)
	@$(RUN)/visa-ros demo --seed $(SEED) --runs $(RUNS)

test: lint  ## ruff and pytest (TESTS=test/geometry: a part)
	@$(TEST_ENV) $(RUN)/python -m pytest $(TESTS)

lint: setup  ## ruff: rules and format
	@$(RUN)/ruff check . && $(RUN)/ruff format --check .

types: setup  ## mypy on the parts that need no torch
	@$(RUN)/mypy

colcon: setup  ## colcon build and colcon test in a workspace of their own
	@$(TEST_ENV) scripts/colcon.sh

parity: setup  ## compare with stored numbers of the reference (VISA_PARITY_DIR=: another folder)
	@$(TEST_ENV) $(RUN)/python -m pytest -m parity test/parity

# Weights as the shipped ones, from nothing: scenes, then the stages of the model one by one.
# About 5 hours on two cores (estimated). What is rendered is kept when it is called again; a training that was
# stopped goes on by its own command with --resume. BF16=--bfloat16 where the CPU has it.
OUT_NANO ?= out/nano
SCENES ?= 1400
MINUTES ?= 40
BF16 ?=
NANO := $(OUT_NANO)/visa-nano
RENDER = $(RUN)/visa-ros sim render --vary --duration 3.6 --expressions 0 --workers 2
HOUSEHOLD = --assets mixed --household-dir $(OUT_NANO)/household
SCENES_ALONE = --data $(OUT_NANO)/varied $(OUT_NANO)/train
CLIPS = $(SCENES_ALONE) --backgrounds $(OUT_NANO)/backgrounds
nano: setup  ## render scenes and train visa-nano anew (5 h; OUT_NANO=, SCENES=, MINUTES=, BF16=)
	$(RUN)/visa-ros sim assets -o $(OUT_NANO)/household
	$(RUN)/visa-ros sim backgrounds -o $(OUT_NANO)/backgrounds
	$(RENDER) --split train --count $(SCENES) --seed 20000 --frames 9 --rate 2.2 \
	  --width 512 --height 384 --instances varied $(HOUSEHOLD) -o $(OUT_NANO)/varied
	$(RENDER) --split train --count 400 --frames 9 --rate 2.2 --width 512 --height 384 \
	  $(HOUSEHOLD) -o $(OUT_NANO)/train
	$(RENDER) --split val --seed 500 --count 60 --frames 6 --rate 1.3333 -o $(OUT_NANO)/val
	$(RUN)/visa-ros train text -o $(NANO)/text
	$(RUN)/visa-ros train image $(CLIPS) $(BF16) -o $(OUT_NANO)/image
	$(RUN)/visa-ros train depth $(SCENES_ALONE) --start $(OUT_NANO)/image $(BF16) \
	  -o $(OUT_NANO)/depth
	$(RUN)/visa-ros train language $(CLIPS) --start $(OUT_NANO)/depth --text $(NANO)/text \
	  $(BF16) -o $(OUT_NANO)/language
	$(RUN)/visa-ros train segmenter $(CLIPS) --start $(OUT_NANO)/language --text $(NANO)/text \
	  $(BF16) -o $(NANO)
	$(RUN)/visa-ros train dictionary -o $(NANO)/text
	$(RUN)/visa-ros train decision $(NANO) --data $(OUT_NANO)/val
	$(RUN)/visa-ros train tracker --data $(OUT_NANO)/train --minutes $(MINUTES) -o $(NANO)

lock:  ## resolve requirements/lock.txt anew (needs python3.11 and python3.12)
	python3.11 scripts/lock.py python3.11 python3.12

clean:  ## remove the environment and everything that was built or written
	rm -rf .venv build install log out .pytest_cache .ruff_cache .mypy_cache .hypothesis

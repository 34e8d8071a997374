# Lets `pip install` and `make colcon` build this package against the ROS 2 wheels of PyPI
# (ros-rclpy, ros-sensor-msgs, ...). It is handed to CMake as CMAKE_PROJECT_INCLUDE; a sourced
# ROS installation needs none of it and never sees it.
cmake_minimum_required(VERSION 3.21)

# 1. Where the wheels are: with pip's build isolation in its overlay, not in the environment of
#    the interpreter. find_package() and the ament index look there, at configure time only.
if(NOT Python3_EXECUTABLE)
  set(Python3_EXECUTABLE python3)
endif()
execute_process(
  COMMAND "${Python3_EXECUTABLE}" -c
    "import pathlib, rosidl_adapter; print(pathlib.Path(rosidl_adapter.__file__).parents[4])"
  OUTPUT_VARIABLE _ros_prefix
  OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY
)
set(ENV{AMENT_PREFIX_PATH} "${_ros_prefix}")
list(PREPEND CMAKE_PREFIX_PATH "${_ros_prefix}")

# 2. Python modules belong in the wheel's platlib, everything else (lib/, share/) in its data,
#    which pip installs into <venv>/lib and <venv>/share like the ROS wheels do.
if(SKBUILD)
  set(PYTHON_INSTALL_DIR "${SKBUILD_PLATLIB_DIR}" CACHE INTERNAL "")
endif()

# 3. The wheels export *__rosidl_generator_py targets whose include folders name the machine
#    that built them (/opt/python/...). CMake refuses a target with a missing include folder, so
#    drop the missing ones; rosidl_generator_py adds those of the Python and numpy in use itself.
#    It exports these too, and CMake refuses that for a folder inside the source tree, where
#    .venv is: say that they are for the build only.
function(_ros_wheels_mend_includes)
  get_property(_imported DIRECTORY PROPERTY IMPORTED_TARGETS)
  get_property(_built DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
  foreach(_target IN LISTS _imported _built)
    get_target_property(_dirs ${_target} INTERFACE_INCLUDE_DIRECTORIES)
    set(_kept "")
    foreach(_dir IN LISTS _dirs)
      if(_target IN_LIST _built AND IS_ABSOLUTE "${_dir}")
        list(APPEND _kept "$<BUILD_INTERFACE:${_dir}>")
      elseif(NOT IS_ABSOLUTE "${_dir}" OR EXISTS "${_dir}")
        list(APPEND _kept "${_dir}")
      endif()
    endforeach()
    if(_dirs)
      set_target_properties(${_target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_kept}")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER CALL _ros_wheels_mend_includes)

# 4. tf2_msgs is not among the wheels: ours brings a copy that interoperates with the real one.
#    This runs inside project(), before the package itself finds anything: ament's lists of what
#    to export are inherited by folders added later.
if(SKBUILD AND PROJECT_NAME STREQUAL "visa_ros")
  find_package(tf2_msgs QUIET)
  if(NOT tf2_msgs_FOUND)
    set(CMAKE_PROJECT_tf2_msgs_INCLUDE "${CMAKE_CURRENT_LIST_FILE}")
    add_subdirectory("${CMAKE_CURRENT_LIST_DIR}/tf2_msgs" tf2_msgs)
  endif()
endif()

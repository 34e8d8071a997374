"""Run visa_node on a camera; see `ros2 launch visa_ros visa.launch.py --show-args`."""

import os
from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

CONFIG = Path(__file__).resolve().parent.parent / 'config'
IN_PARAMS_FILE = ('model', 'device', 'precision', 'quantization')
OLD_FAST_DDS = ('humble', 'iron', 'jazzy')

ARGUMENTS = (
    ('image', 'image', 'topic of the colour image'),
    ('depth', 'depth', 'topic of the depth image that is registered to it'),
    ('camera_info', 'camera_info', 'topic of the intrinsics of the colour image'),
    ('namespace', '', 'namespace of the node; relative topics are in it'),
    ('model', '', 'folder of a model, or the name of a shipped one; empty: as in params_file'),
    ('device', '', 'auto, cpu, cuda, cuda:N or mps; empty: as in params_file'),
    ('precision', '', 'auto, fp32, bf16 or fp16; empty: as in params_file'),
    ('quantization', '', 'none, 8bit or 4bit; empty: as in params_file'),
    ('params_file', str(CONFIG / 'node.yaml'), 'parameters of the node'),
    ('rviz', 'false', 'show the answers in RViz: true or false'),
    ('fixed_frame', 'camera_optical_frame', 'frame that RViz shows everything in'),
)


def large_shared_memory():
    """Let images of any size through the shared memory of Fast DDS, unless it is set up."""
    old = os.environ.get('ROS_DISTRO') in OLD_FAST_DDS
    name = f'{"FASTRTPS" if old else "FASTDDS"}_DEFAULT_PROFILES_FILE'
    if name in os.environ:
        return []
    return [SetEnvironmentVariable(name, str(CONFIG / 'fastdds_shm.xml'))]


def visa_node(context):
    """Make the node; an argument that was not given leaves its parameter as the file has it."""
    value = {name: LaunchConfiguration(name).perform(context) for name, _, _ in ARGUMENTS}
    given = {
        name: ParameterValue(value[name], value_type=str) for name in IN_PARAMS_FILE if value[name]
    }
    return [
        Node(
            package='visa_ros',
            executable='visa_node',
            name='visa_node',
            namespace=value['namespace'],
            parameters=[value['params_file'], *([given] if given else [])],
            remappings=[(name, value[name]) for name in ('image', 'depth', 'camera_info')],
            output='screen',
        )
    ]


def generate_launch_description():
    """Start the node and, if asked for, RViz."""
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=description)
                for name, default, description in ARGUMENTS
            ),
            *large_shared_memory(),
            OpaqueFunction(function=visa_node),
            Node(
                package='rviz2',
                executable='rviz2',
                namespace=LaunchConfiguration('namespace'),
                arguments=[
                    '-d',
                    str(CONFIG / 'visa.rviz'),
                    '-f',
                    LaunchConfiguration('fixed_frame'),
                ],
                condition=IfCondition(LaunchConfiguration('rviz')),
            ),
        ]
    )

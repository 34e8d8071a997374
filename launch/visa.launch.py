"""Run visa_node on a camera; see `ros2 launch visa_ros visa.launch.py --show-args`."""

import os
from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

CONFIG = Path(__file__).resolve().parent.parent / 'config'
OLD_FAST_DDS = ('humble', 'iron', 'jazzy')

ARGUMENTS = (
    ('image', 'image', 'topic of the colour image'),
    ('depth', 'depth', 'topic of the depth image that is registered to it'),
    ('camera_info', 'camera_info', 'topic of the intrinsics of the colour image'),
    ('namespace', '', 'namespace of the node; relative topics are in it'),
    ('model', 'visa-nano', 'folder of a model, or the name of a shipped one'),
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


def generate_launch_description():
    """Start the node and, if asked for, RViz."""
    value = {name: LaunchConfiguration(name) for name, _, _ in ARGUMENTS}
    topics = [(name, value[name]) for name in ('image', 'depth', 'camera_info')]
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=description)
                for name, default, description in ARGUMENTS
            ),
            *large_shared_memory(),
            Node(
                package='visa_ros',
                executable='visa_node',
                name='visa_node',
                namespace=value['namespace'],
                parameters=[value['params_file'], {'model': value['model']}],
                remappings=topics,
                output='screen',
            ),
            Node(
                package='rviz2',
                executable='rviz2',
                namespace=value['namespace'],
                arguments=['-d', str(CONFIG / 'visa.rviz'), '-f', value['fixed_frame']],
                condition=IfCondition(value['rviz']),
            ),
        ]
    )

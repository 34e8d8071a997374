"""Run visa_node on the simulated camera, with RViz if asked for: a live tabletop to ask."""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

HERE = Path(__file__).resolve().parent
FIRST_DEMO_SEED = 2_000_000


def generate_launch_description():
    """Start the node as visa.launch.py does, then the camera."""
    seed = ParameterValue(LaunchConfiguration('seed'), value_type=int)
    node = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(HERE / 'visa.launch.py')),
        launch_arguments={
            name: LaunchConfiguration(name)
            for name in ('namespace', 'model', 'device', 'precision', 'quantization', 'rviz')
        }.items(),
    )
    camera = Node(
        package='visa_ros',
        executable='camera_node',
        name='camera_node',
        namespace=LaunchConfiguration('namespace'),
        parameters=[str(HERE.parent / 'config' / 'camera.yaml'), {'seed': seed}],
        output='screen',
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'seed', default_value=str(FIRST_DEMO_SEED), description='which scene to show'
            ),
            DeclareLaunchArgument('namespace', default_value='', description='of both nodes'),
            DeclareLaunchArgument('model', default_value='visa-nano', description='its name'),
            DeclareLaunchArgument('device', default_value='auto', description='of the networks'),
            DeclareLaunchArgument('precision', default_value='auto', description='likewise'),
            DeclareLaunchArgument('quantization', default_value='none', description='likewise'),
            DeclareLaunchArgument('rviz', default_value='false', description='true or false'),
            node,
            camera,
        ]
    )

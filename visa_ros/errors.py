"""Every error this package raises on purpose."""


class VisaError(Exception):
    """Base class; catch this at a process or node boundary, nowhere else."""


class InvalidFrameError(VisaError, ValueError):
    """A camera frame breaks the contract in visa_ros.structs.Frame."""


class EncodingError(VisaError, ValueError):
    """An image message has an encoding, a step or a size that cannot be converted."""


class InvalidQueryError(VisaError, ValueError):
    """A query that cannot be served: empty, too long, or with a window that makes no sense."""


class StaleInputError(VisaError):
    """There is no frame to look at, or none that is recent enough."""


class QueryTimeoutError(VisaError, TimeoutError):
    """The answer did not come within the time allowed."""


class ConfigError(VisaError, ValueError):
    """A configuration value is unknown, of the wrong type or out of range."""


class CheckpointError(VisaError):
    """A checkpoint is missing, truncated, or holds other tensors than the model."""


class DataError(VisaError, ValueError):
    """A video, a bag or a data set on disk is missing, damaged or not of the expected form."""


class MissingPackageError(VisaError, ImportError):
    """An optional package is not installed; the message names the command that installs it."""


class TrainingError(VisaError):
    """Training cannot go on: the loss is not finite, or the data do not fit the model."""


class SimulationError(VisaError):
    """The simulated world could not be built or rendered."""

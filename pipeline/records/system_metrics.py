"""How busy the machine is while a run goes on: what MLflow's own monitor tells, and no trouble."""

from __future__ import annotations

import logging
from typing import Any

SECONDS = 5.0
"""Between two looks at the machine, where MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL says nothing."""


def watched(run_id: str, *, goes_on: bool) -> Any:  # noqa: ANN401
    """The monitor of a run, which is at work until its `finish()`; `goes_on` after an earlier one.

    None where MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING is false or the machine tells nothing.
    """
    from mlflow.environment_variables import MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING
    from mlflow.system_metrics import system_metrics_monitor

    # It tells of each start and end, and of a store that fails, which the journal tells itself.
    logging.getLogger(system_metrics_monitor.__name__).setLevel(logging.CRITICAL)
    if not MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING.get():
        return None
    try:
        monitor = system_metrics_monitor.SystemMetricsMonitor(
            run_id, SECONDS, resume_logging=goes_on
        )
    except Exception as error:  # whatever a machine without counters of its disk or network raises
        logging.getLogger(__name__).debug("no figures of the machine: %s", error)
        return None
    monitor.start()
    return monitor

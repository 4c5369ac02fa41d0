"""The one Dagster Definitions: assets, checks, jobs, sensors, resources; `workspace.yaml` loads it."""

import dagster as dg

from assets import casebook, intake, linkage, reference, referral, responsibility, review
from checks import casebook as casebook_rules
from checks import intake as intake_rules
from checks import linkage as linkage_rules
from checks import reference as reference_rules
from checks import referral as referral_rules
from checks import responsibility as responsibility_rules
from checks import review as review_rules
from checks.build import build_checks
from pipelines.jobs import JOBS
from pipelines.progress import step_logger
from pipelines.resources import open_office_for_run
from pipelines.storage import store_tables
from pipelines.triggers import SENSORS

ASSET_MODULES = (intake, reference, linkage, review, referral, responsibility, casebook)
CROSS_RULES = (
    *intake_rules.RULES,
    *reference_rules.RULES,
    *linkage_rules.RULES,
    *review_rules.RULES,
    *referral_rules.RULES,
    *responsibility_rules.RULES,
    *casebook_rules.RULES,
)


def build_definitions(**resources: object) -> dg.Definitions:
    """Assemble everything; tests put their own resources in by name."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(ASSET_MODULES),
        asset_checks=build_checks(CROSS_RULES),
        jobs=JOBS,
        sensors=SENSORS,
        resources={"office": open_office_for_run, "tables": store_tables, **resources},
        loggers={"steps": step_logger},
        executor=dg.in_process_executor,
    )


defs = build_definitions()

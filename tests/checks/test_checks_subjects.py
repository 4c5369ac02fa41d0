"""What a machine's grouping of people may never reach."""

from __future__ import annotations

import dagster as dg

import assets.casebook
import assets.referral
import assets.responsibility
import assets.review


def test_nothing_is_confirmed_referred_or_counted_by_a_machines_grouping():
    subject = dg.AssetKey("subjects")
    for module in (assets.review, assets.referral, assets.responsibility, assets.casebook):
        for made in vars(module).values():
            if isinstance(made, dg.AssetsDefinition) and made.keys != {dg.AssetKey("dossiers")}:
                assert subject not in made.dependency_keys, made.keys

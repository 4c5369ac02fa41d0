"""What intake may be told by officials: header aliases, footer words, limits for hostile files."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from tongcha.policy.base import PolicyFile, PolicyPart

Aliases = dict[str, tuple[str, ...]]
Bytes = Annotated[int, Field(ge=1 << 20, le=1 << 40, description="bytes")]


class FileLimits(PolicyPart):
    """Beyond any of these a file is turned away as a whole, with a reason.

    Attributes:
        max_file_bytes: size on disk.
        max_parts: entries in the zip of a workbook.
        max_part_bytes: one entry unpacked.
        max_total_bytes: all entries unpacked.
        max_ratio: unpacked over packed size, for entries larger than `ratio_from_bytes`.
        ratio_from_bytes: from which unpacked size on the ratio is judged.
        max_sheet_box: rows times columns of the used area (a stray last cell aborts the parser).
        max_cells: cells of one sheet.
        max_parquet_rows: rows that a Parquet file may claim.
        parser_memory_bytes: address space of the parsing process.
        parser_seconds: wall-clock time for one file.
        forbidden_parts: path prefix inside a workbook → what it is, in Chinese.
    """

    max_file_bytes: Bytes
    max_parts: int = Field(ge=20, le=100_000)
    max_part_bytes: Bytes
    max_total_bytes: Bytes
    max_ratio: float = Field(ge=10, le=2000)
    ratio_from_bytes: Bytes
    max_sheet_box: int = Field(ge=100_000, le=1_000_000_000)
    max_cells: int = Field(ge=100_000, le=1_000_000_000)
    max_parquet_rows: int = Field(ge=100_000, le=1_000_000_000)
    parser_memory_bytes: Bytes
    parser_seconds: int = Field(ge=1, le=3600)
    forbidden_parts: dict[str, str]


class SchoolNameScores(PolicyPart):
    """What agreement and contradiction add to the score of a written school name.

    Attributes:
        query_share: for the core of the written name, as far as the school's name covers it; the other
            way round what is left to 1 counts.
        core_equal: for equal cores.
        ordinal_equal: for the same number (七中).
        ordinal_conflict: for two numbers.
        ordinal_one_sided: for a number that only one of the names has.
        kind_equal: for the same kind (小学, 中学).
        kind_conflict: for kinds of which none includes the other.
        place_equal: for the same district, where both are known.
        place_conflict: for two districts.
        campus: for a campus that the school has.
        likeness: for the whole text, by its similarity.
        older_name: for a name that isn't the school's present one.
    """

    query_share: float = Field(ge=0.1, le=0.9)
    core_equal: float = Field(ge=0, le=1)
    ordinal_equal: float = Field(ge=0, le=1)
    ordinal_conflict: float = Field(ge=-2, le=-0.2)
    ordinal_one_sided: float = Field(ge=-2, le=-0.1)
    kind_equal: float = Field(ge=0, le=1)
    kind_conflict: float = Field(ge=-1, le=-0.1)
    place_equal: float = Field(ge=0, le=1)
    place_conflict: float = Field(ge=-1, le=-0.05)
    campus: float = Field(ge=0, le=0.2)
    likeness: float = Field(ge=0, le=0.5)
    older_name: float = Field(ge=-0.1, le=0)

    @property
    def candidate_share(self) -> float:
        """For the core of the school's name, as far as the written one covers it."""
        return 1 - self.query_share

    @model_validator(mode="after")
    def _contradicts_more(self) -> Self:
        """Refuse scores by which a contradiction would cost less than a gap."""
        if self.ordinal_conflict > self.ordinal_one_sided:
            raise ValueError("ordinal_conflict 扣分不得少于 ordinal_one_sided")
        return self


class SchoolNameLimits(PolicyPart):
    """When a school as somebody wrote it counts as one school of the directory; scores are 0–1.

    Attributes:
        candidate: from this score on a school is named as possible at all.
        good_enough: from this score on no school further away is looked at.
        settled: from this score on the first candidate is used without asking, if it also leads.
        lead: by how much the first must score above the second.
        same_district: puts the district's own school first among equals of the city.
        candidates: how many are kept for people to choose from.
        scores: what the score is made of.
    """

    candidate: float = Field(ge=0.1, le=0.9)
    good_enough: float = Field(ge=0.3, le=1)
    settled: float = Field(ge=0.5, le=1)
    lead: float = Field(ge=0.05, le=0.5)
    same_district: float = Field(ge=0, lt=0.05)
    candidates: int = Field(ge=1, le=10)
    scores: SchoolNameScores

    @model_validator(mode="after")
    def _rises(self) -> Self:
        """Refuse thresholds in an order that would settle what isn't even good."""
        if not self.candidate <= self.good_enough <= self.settled:
            raise ValueError("candidate、good_enough、settled 须依次不减")
        return self


class IntakePolicy(PolicyFile):
    """policy/intake.yaml.

    Attributes:
        header_rows: the header is looked for in this many first rows.
        header_hits: columns that must be recognised for a row to be the header.
        footer_words: first words of rows that are remarks, not records.
        ignored_headers: columns that are left without a note.
        file_names: table → names of files, folders or sheets.
        headers: table → column → header aliases.
        values: column → canonical value → ways of writing it.
        soft_columns: table → columns in which a value that can't be used is left empty instead of
            sending the row back.
        age_slack_years: how far a written age may be from that of the ID number before its sender is asked.
        open_ended: ways of writing "no end date".
        limits: limits for hostile and broken files.
        school_names: when a written school counts as one of the directory.
        registry_loss_share: share of teachers whose disappearance stops a new snapshot.
        registry_loss_notice: share from which a loss is only pointed out.
        snapshot_stale_days: age in days from which a snapshot counts as stale.
    """

    header_rows: int = Field(ge=1, le=50)
    header_hits: int = Field(ge=2, le=10)
    footer_words: tuple[str, ...]
    ignored_headers: tuple[str, ...]
    file_names: Aliases
    headers: dict[str, Aliases]
    values: dict[str, Aliases]
    soft_columns: Aliases
    age_slack_years: int = Field(ge=1, le=10)
    open_ended: tuple[str, ...]
    limits: FileLimits
    school_names: SchoolNameLimits
    registry_loss_share: float = Field(gt=0, lt=1)
    registry_loss_notice: float = Field(gt=0, lt=1)
    snapshot_stale_days: int = Field(ge=1, le=3650)

"""Read a YAML file that a person wrote, and say in Chinese which line or key breaks which rule.

YAML reads more into a text than its writer may have meant: the last of two equal keys wins, `010` is eight,
`*` repeats a part from elsewhere. Such a file is refused and never guessed at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

SAFE_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where PyYAML was built with it: ten times faster, and as safe"""
MERGE_TAG: Final = "tag:yaml.org,2002:merge"
PLAIN: Final = {
    "tag:yaml.org,2002:int": (
        re.compile(r"-?(?:0|[1-9][0-9]*)"),
        "整数不得以 0 开头，也不得带下划线、冒号（代码、编号请加引号）",
    ),
    "tag:yaml.org,2002:bool": (
        re.compile("true|false"),
        "yes、no、on、off 会被读成真假：写 true 或 false，文字请加引号",
    ),
}
"""what is read as such looks like this, or is refused for that reason"""
WHOLE_FILE: Final = ""
PLACES_SHOWN: Final = 5
DEEPEST: Final = 64
"""parts within parts; the deepest file that is shipped has five"""
TEXTS: Final = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这样一项，或者写错了字",
    "string_type": "须是文字（数字、日期要加引号）",
    "int_type": "须是整数",
    "int_parsing": "须是整数",
    "int_parsing_size": "是太大的数",
    "int_from_float": "须是整数，不能带小数",
    "float_type": "须是数",
    "float_parsing": "须是数",
    "decimal_type": "须是数",
    "decimal_parsing": "须是数",
    "decimal_max_places": "小数至多 {decimal_places} 位",
    "finite_number": "须是有限的数",
    "bool_type": "须是 true 或 false",
    "bool_parsing": "须是 true 或 false",
    "date_type": "须是日期，写成 2027-12-31 的样式",
    "date_parsing": "须是日期，写成 2027-12-31 的样式",
    "date_from_datetime_parsing": "须是日期，写成 2027-12-31 的样式",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "string_too_short": "至少要写 {min_length} 个字",
    "string_too_long": "至多 {max_length} 个字",
    "string_pattern_mismatch": "须符合格式 {pattern}",
    "dict_type": "须是“键: 值”的一组",
    "model_type": "须是“键: 值”的一组",
    "list_type": "须逐条列出（每条前加 -）",
    "tuple_type": "须逐条列出（每条前加 -）",
    "value_error": "{error}",
}
"""what each type of pydantic's errors means to whoever wrote the file; the names in braces are its own"""


class MisfitError(Exception):
    """A file can't be read as what it should be; whoever asked for it says which file and how to mend it.

    Args:
        place: the line or the key, empty if it is none in particular.
        rule: the rule it breaks, and where else rules are broken.
    """

    def __init__(self, place: str, rule: str) -> None:
        """Keep both parts."""
        super().__init__(f"{place}：{rule}")
        self.place = place
        self.rule = rule

    def name_culprit(self, file: str) -> str:
        """Name the place in a file that is called like this."""
        return f"{file} 的 {self.place}" if self.place else file


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a file as a model.

    Raises:
        MisfitError: the file can't be read, isn't plain YAML, or breaks the model's rules.
    """
    read = read_yaml(path)
    values = {} if read is None else read
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _name_misfit(error, values) from None  # pydantic's own text would repeat the values


def read_yaml(path: Path) -> Any:  # noqa: ANN401  the file may hold anything
    """Read a file of one YAML document; None if it is empty.

    Raises:
        MisfitError: the file is missing, isn't UTF-8 or plain YAML, or writes a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisfitError(WHOLE_FILE, "不是 UTF-8 编码") from error
    except OSError as error:
        raise MisfitError(WHOLE_FILE, "不存在或者不能读取") from error
    try:
        return _construct(text)
    except yaml.YAMLError as error:
        place = _name_line(getattr(error, "problem_mark", None))
        raise MisfitError(place, "不是 YAML（看缩进、冒号后的空格与引号）") from None
    except ValueError:
        raise MisfitError(WHOLE_FILE, "有不存在的日期") from None


def _construct(text: str) -> object:
    _refuse_deep(text)
    loader = SAFE_LOADER(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_ambiguous(node)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_deep(text: str) -> None:
    """Refuse brackets in brackets without end: libyaml's loader goes into each and would crash."""
    depth = 0
    for event in yaml.parse(text, SAFE_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise MisfitError(_name_line(event.start_mark), f"层数过多，至多 {DEEPEST} 层")


def _name_line(mark: Any) -> str:  # noqa: ANN401  PyYAML and libyaml have a class each
    return WHOLE_FILE if mark is None else f"第 {mark.line + 1} 行"


def _refuse_ambiguous(root: yaml.Node) -> None:
    """Refuse what YAML would read otherwise than it looks."""
    seen: set[int] = set()
    for node in _walk(root, seen):
        line = _name_line(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, _ in node.value:
                if key.tag == MERGE_TAG:
                    raise MisfitError(line, "不得用 << 并入别处的内容，请直接写出")
                if str(key.value) in keys:
                    raise MisfitError(_name_line(key.start_mark), "同一项写了两次，不知以哪个为准")
                keys.add(str(key.value))
        elif node.tag in PLAIN:
            plain, rule = PLAIN[node.tag]
            if not plain.fullmatch(str(node.value)):
                raise MisfitError(line, rule)


def _walk(root: yaml.Node, seen: set[int]) -> Iterator[yaml.Node]:
    """Yield every part once, from the top; a part met twice is an alias."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise MisfitError(_name_line(node.start_mark), "不得用 & 与 * 重复别处的内容，请直接写出")
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _name_misfit(error: ValidationError, values: object) -> MisfitError:
    """Put pydantic's findings into Chinese: the first place in full, the others by their keys."""
    rules: dict[str, list[str]] = {}
    for found in error.errors():
        place, given = _find_place(found, values)
        told = _tell(found, given)
        if told not in rules.setdefault(place, []):
            rules[place].append(told)
    (place, first), *others = rules.items()
    rule = "，或者".join(first)
    if others:
        shown = "、".join(other for other, _ in others[:PLACES_SHOWN])
        more = f"等 {len(others)} 处" if len(others) > PLACES_SHOWN else ""
        rule = f"{rule}；{shown}{more} 也不合规定"
    return MisfitError(place, rule)


def _find_place(found: ErrorDetails, values: object) -> tuple[str, object]:
    """Return the key that an error is about, and what is written there.

    A place of pydantic's goes on into the kinds of value that were tried; it ends here with what the
    file holds, or with the key that it lacks.
    """
    steps: list[str] = []
    here: Any = values
    for step in found["loc"]:
        if step == "[key]" or not isinstance(here, dict | list):
            break
        steps.append(f"第 {step + 1} 条" if isinstance(step, int) else step)
        here = _go(here, step)
    return ".".join(steps) or WHOLE_FILE, here


def _go(here: Mapping[object, object] | list[object], step: str | int) -> object:
    if isinstance(here, list):
        return here[step] if isinstance(step, int) and step < len(here) else None
    by_text = {str(key): value for key, value in here.items()}
    return by_text.get(str(step))


def _tell(found: ErrorDetails, given: object) -> str:
    """Say the rule; numbers as given stand beside it, texts never (a list may hold people)."""
    context = {key: _write(value) for key, value in found.get("ctx", {}).items()}
    told = TEXTS.get(found["type"], "写法不对").format_map(context)
    return f"{told}，现在写的是 {given}" if isinstance(given, int | float) else told


def _write(value: object) -> str:
    return str(value).replace(" or ", "、").replace("'", "")

"""What a written identity number can turn out to be, and how officials are told."""

from __future__ import annotations

from typing import Final

STATUS_LABELS: Final = {
    "empty": "未填写",
    "valid": "校验通过",
    "valid15": "15 位旧号码，已补全为 18 位",
    "hmt_residence": "港澳台居民居住证，校验通过",
    "fpr_new": "外国人永久居留身份证（新版），校验通过",
    "fpr_old": "外国人永久居留证（旧版）",
    "passport": "护照号码",
    "hmt_permit": "港澳居民来往内地通行证",
    "tw_permit": "台湾居民来往大陆通行证",
    "unknown_region": "校验通过，但行政区划代码不在名录中",
    "misread": "字母按形近数字读出后校验通过",
    "masked": "部分遮挡，只作部分证据",
    "last4": "仅有后四位，只作部分证据",
    "last6": "仅有后六位，只作部分证据",
    "destroyed_zeroed": "被表格软件改写（末三位变为 0），只保留前 15 位",
    "destroyed_numeric": "被表格软件存成数值而损坏，只保留可靠的前几位",
    "bad_check": "校验码不符，号码本身不属于任何人",
    "bad_date": "出生日期不存在或晚于当日",
    "bad15": "15 位号码不合规则",
    "bad_length": "位数不对",
    "bad_chars": "含有不应出现的字符",
}
"""status → what it means, for workbooks, reports and the data dictionary"""
STATUSES: Final = tuple(STATUS_LABELS)

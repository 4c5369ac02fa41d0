"""Starting the console: on this machine alone, unless somebody says otherwise and knows what it means."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import uvicorn

from console.app import create_app
from tongcha.errors import HomeError

if TYPE_CHECKING:
    from console.settings import ConsoleSettings

PORT: Final = 8765


def build_server(
    settings: ConsoleSettings, host: str = "127.0.0.1", port: int = PORT, *, allow_remote: bool = False
) -> uvicorn.Server:
    """Return the server, ready to run; it logs neither requests nor personal data.

    Args:
        settings: the deployment.
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        allow_remote: listen on an address that other machines reach; the public name must be set then.

    Raises:
        HomeError: other machines would reach it and nobody allowed that, or the public name isn't set.
    """
    if not is_loopback(host):
        _refuse_exposure(settings, allow_remote=allow_remote)
    return uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=5,
        )
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_exposure(settings: ConsoleSettings, *, allow_remote: bool) -> None:
    if not allow_remote:
        raise HomeError(
            "监听地址",
            "不是本机地址；其他机器将能连接，密码与个人信息会以明文经过网络",
            "改回 127.0.0.1；确需多机使用的，放在有加密（HTTPS）的反向代理之后，再明确允许",
        )
    if not settings.public_name:
        raise HomeError("对外域名", "允许其他机器连接时必须写明", "写明加密代理对外使用的域名")

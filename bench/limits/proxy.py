"""nginx on this machine, in front of our web server and of a file: what a plain proxy with a cache serves."""

import shutil
from pathlib import Path

from bench.client import free_port
from bench.rounds import LeftOut
from bench.stage import Stage

NAME = "proxy"
FILE = "/list.json"
# It caches as our own headers allow, and takes no rule of its own. One process, like each of the others.
_CONF = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_requests 100000000;
    open_file_cache max=100;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/cache keys_zone=lists:1m;
    upstream glacier {{ server 127.0.0.1:{behind}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location = {file} {{ root {folder}; }}
        location / {{
            proxy_pass http://glacier;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host localhost;
            proxy_cache lists;
            proxy_cache_lock on;
            proxy_cache_use_stale updating;
            proxy_cache_background_update on;
        }}
    }}
}}
"""


def start(stage: Stage, content: bytes) -> None:
    """Start it in front of our web server, with this content as its file. LeftOut where there is no nginx."""
    program = shutil.which("nginx")
    if program is None:
        raise LeftOut("there is no nginx on this machine.")
    behind, port = stage.webs["ours"][1], free_port()
    folder = stage.folder / "nginx"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / FILE.strip("/")).write_bytes(content)
    conf = folder / "nginx.conf"
    conf.write_text(_CONF.format(folder=folder, behind=behind, port=port, file=FILE))
    command: list[str | Path] = [program, "-p", folder, "-c", conf, "-e", folder / "error.log"]
    stage.serve(NAME, command, port)

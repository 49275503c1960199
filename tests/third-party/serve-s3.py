"""Serves a simulated S3 on a free port of this machine, with an empty bucket, until its input ends.

Argument: the name of the bucket. Prints the URL of the service when it listens.
"""

import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

(bucket,) = sys.argv[1:]
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
boto3.client("s3", endpoint_url=url).create_bucket(Bucket=bucket)
print(url, flush=True)
sys.stdin.read()
server.stop()

"""Fetches the participants and reports of every past meeting of a day with zoomus, by 16 threads; prints how
many reports that were, and in how many seconds.

Arguments: the day.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from zoomus import ZoomClient

THREADS = 16


def content(response):
    if response.status_code != 200:
        sys.exit(f"{response.url}: {response.status_code} {response.text}")
    return response.json()


def rows(call, name, **parameters):
    token = ""
    while True:
        page = content(call(next_page_token=token, **parameters))
        yield from page[name]
        token = page["next_page_token"]
        if not token:
            return


def encoded(uuid):
    # zoomus encodes some of those that need it, and not in each call.
    return quote(quote(uuid, safe=""), safe="") if "/" in uuid else uuid


def reports(uuid):
    joins = list(
        rows(client.metric.list_participants, "participants", meeting_id=encoded(uuid), type="past", page_size=300)
    )
    fetched = list(
        rows(client.metric.list_participants_qos, "participants", meeting_id=encoded(uuid), type="past", page_size=10)
    )
    if len(joins) != len(fetched):
        sys.exit(f"{uuid}: {len(joins)} joins and {len(fetched)} reports")
    return len(fetched)


(day,) = sys.argv[1:]
client = ZoomClient(
    os.environ["ZOOM_CLIENT_ID"],
    os.environ["ZOOM_CLIENT_SECRET"],
    os.environ["ZOOM_ACCOUNT_ID"],
    base_uri=os.environ["ZOOM_API_BASE"],
    oauth_uri=os.environ["ZOOM_OAUTH_BASE"] + "/oauth/token",
)
began = time.perf_counter()
meetings = [
    meeting["uuid"]
    for meeting in rows(
        client.metric.list_meetings,
        "meetings",
        type="past",
        page_size=300,
        **{"from": day, "to": day},
    )
]
with ThreadPoolExecutor(THREADS) as threads:
    count = sum(threads.map(reports, meetings))
json.dump({"reports": count, "seconds": time.perf_counter() - began}, sys.stdout)

"""Fetches one report, and all of a past meeting page by page, with zoomus; prints both as JSON.

Arguments: meeting, participant, page size.
"""

import json
import os
import sys

from zoomus import ZoomClient


def content(response):
    if response.status_code != 200:
        sys.exit(f"{response.url}: {response.status_code} {response.text}")
    return response.json()


meeting, participant, page_size = sys.argv[1:]
client = ZoomClient(
    os.environ["ZOOM_CLIENT_ID"],
    os.environ["ZOOM_CLIENT_SECRET"],
    os.environ["ZOOM_ACCOUNT_ID"],
    base_uri=os.environ["ZOOM_API_BASE"],
    oauth_uri=os.environ["ZOOM_OAUTH_BASE"] + "/oauth/token",
)
report = content(
    client.metric.get_participant_qos(
        meeting_id=meeting, participant_id=participant, type="past"
    )
)
pages = []
token = ""
while not pages or token:
    page = content(
        client.metric.list_participants_qos(
            meeting_id=meeting, type="past", page_size=page_size, next_page_token=token
        )
    )
    pages.append(page["participants"])
    token = page["next_page_token"]
json.dump({"report": report, "pages": pages}, sys.stdout)

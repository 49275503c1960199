"""Asks for one participant's report with the library of the seed's sample program, and prints the answer as JSON.

    pip install chilkat2
    ACCOUNT_ID=… CLIENT_ID=… CLIENT_SECRET=… python3 chilkat_report.py http://127.0.0.1:8600 MEETING_UUID USER_ID past

Not part of the tests: the library is not free, and runs as its own trial.
"""

import os
import sys
from urllib.parse import quote

import chilkat2

base, meeting, user, kind = sys.argv[1:]


def succeeded(done, of):
    if not done:
        sys.exit(of.LastErrorText)


unlocked = chilkat2.Global()
succeeded(unlocked.UnlockBundle("trial"), unlocked)

http = chilkat2.Http()
http.BasicAuth = True
http.Login, http.Password = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
asked = chilkat2.JsonObject()
asked.UpdateString("grant_type", "account_credentials")
asked.UpdateString("account_id", os.environ["ACCOUNT_ID"])
answer = http.QuickRequestParams("POST", f"{base}/oauth/token", asked)
succeeded(http.LastMethodSuccess, http)
token = chilkat2.JsonObject()
succeeded(token.Load(answer.BodyStr) and token.StringOf("access_token"), token)

http = chilkat2.Http()
http.AuthToken = token.StringOf("access_token")
asked = chilkat2.JsonObject()
asked.UpdateString("type", kind)
# A slash or a plus in a UUID is encoded twice.
meeting = quote(quote(meeting, safe=""), safe="")
answer = http.QuickRequestParams("GET", f"{base}/v2/metrics/meetings/{meeting}/participants/{user}/qos", asked)
succeeded(http.LastMethodSuccess, http)
report = chilkat2.JsonObject()
succeeded(report.Load(answer.BodyStr), report)
report.EmitCompact = False
print(report.Emit())
sys.exit(0 if answer.StatusCode < 400 else 1)

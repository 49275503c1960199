// Fetches one report, and all of a past meeting page by page, with Rivet; prints both as JSON.
// Arguments: meeting, participant, page size.

import { AccountsS2SAuthClient } from "@zoom/rivet/accounts";

const [meetingId, participantId, pageSize] = process.argv.slice(2);
const {
  ZOOM_ACCOUNT_ID: accountId,
  ZOOM_API_BASE: baseUrl,
  ZOOM_CLIENT_ID: clientId,
  ZOOM_CLIENT_SECRET: clientSecret,
  ZOOM_OAUTH_BASE: oauthBase,
} = process.env;

// Rivet asks one fixed host for tokens, and only when its store holds none that is good.
const response = await fetch(`${oauthBase}/oauth/token`, {
  method: "POST",
  headers: { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
  body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId }),
});
const grant = await response.json();
const token = {
  accessToken: grant.access_token,
  expirationTimeIso: new Date(Date.now() + grant.expires_in * 1000).toISOString(),
  scopes: grant.scope.split(" "),
};
const tokenStore = {
  getLatestToken: () => token,
  storeToken: () => {
    throw new Error("the stored token was not used");
  },
};

const { endpoints } = new AccountsS2SAuthClient({
  accountId,
  baseUrl,
  clientId,
  clientSecret,
  disableReceiver: true,
  tokenStore,
});
const report = await endpoints.dashboards.getMeetingParticipantQoS({
  path: { meetingId, participantId },
  query: { type: "past" },
});
const pages = [];
let next_page_token = "";
do {
  const { data } = await endpoints.dashboards.listMeetingParticipantsQoS({
    path: { meetingId },
    query: { type: "past", page_size: pageSize, next_page_token },
  });
  pages.push(data.participants);
  next_page_token = data.next_page_token;
} while (next_page_token);
process.stdout.write(JSON.stringify({ report: report.data, pages }));

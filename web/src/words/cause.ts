import type { Incident } from "../api/contract.ts";
import { shown } from "./shown.ts";

/** What a cause is called, in a few words; the API's names are for programs. */
const CAUSES: Record<string, string> = {
  "access-wifi": "Wi-Fi",
  "uplink-capacity": "Full line out",
  "downlink-capacity": "Full line in",
  "site-or-isp": "Line or provider",
  "data-center": "Zoom’s data centre",
  "faulty-sender": "Lossy sender",
  "device-cpu": "Busy processor",
  "client-version": "Client version",
  "vpn-or-proxy": "VPN or proxy",
  "tcp-fallback": "TCP in place of UDP",
  "far-server": "Far media server",
  "not-determinable": "Can’t be told",
};

/** A cause as people call it; one that is not known, by its own name. */
export function causeName(cause: string): string {
  return CAUSES[cause] ?? shown(cause);
}

/** Whose fault it would be, coarsely: what question 2 asks for. */
export function whose(cause: string): string {
  switch (cause) {
    case "access-wifi":
      return "the site’s Wi-Fi";
    case "uplink-capacity":
    case "downlink-capacity":
      return "the site’s line";
    case "site-or-isp":
      return "the line or its provider";
    case "data-center":
    case "far-server":
      return "Zoom";
    case "faulty-sender":
    case "device-cpu":
      return "one device";
    case "client-version":
      return "the client";
    case "vpn-or-proxy":
    case "tcp-fallback":
      return "VPN, proxy or firewall";
    default:
      return "not known";
  }
}

/** How many people an incident hurt; joins without a person count one by one. */
export function people(incident: Incident): number {
  return new Set(incident.participants.map((one) => one.person ?? `${one.meeting_uuid} ${one.user_id}`)).size;
}

/** The worst meeting of an incident: that with the most poor minutes in it; `null` where no meeting is named. */
export function worstMeeting(incident: Incident): string | null {
  const poor = new Map<string, number>();
  for (const one of incident.participants) {
    poor.set(one.meeting_uuid, (poor.get(one.meeting_uuid) ?? 0) + (one.poor_minutes ?? 0));
  }
  let worst: string | null = null;
  for (const [meeting, minutes] of poor) {
    if (worst === null || minutes > (poor.get(worst) ?? 0)) worst = meeting;
  }
  return worst;
}

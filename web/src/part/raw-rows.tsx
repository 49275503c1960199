import { useState } from "preact/hooks";
import { question } from "../api/ask.ts";
import { useAnswer } from "../api/use-answer.ts";
import { counted, NONE } from "../words/number.ts";
import { shown } from "../words/shown.ts";
import { Answer, Nothing } from "./answer.tsx";

type Row = Record<string, unknown>;

/** How many rows are shown; the file has all. */
const SHOWN = 200;

/** The stored rows of a join: as a table, and as files. */
export function RawRows({ uuid, userId, name }: { uuid: string; userId: string; name: string }) {
  const [isOpen, setOpen] = useState(false);
  const path = `meetings/${encodeURIComponent(uuid)}/rows`;
  const asking = useAnswer<unknown>(isOpen ? question(path, { user_id: userId, format: "json" }) : null);
  const file = (format: string): string => question(path, { user_id: userId, format });
  return (
    <div class="raw">
      <p class="raw-head">
        <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide" : "Show"} the rows of {name}
        </button>
        <a href={file("csv")} download={`${userId}.csv`}>
          CSV
        </a>
        <a href={file("ndjson")} download={`${userId}.ndjson`}>
          NDJSON
        </a>
      </p>
      {isOpen && (
        <Answer asking={asking} what="rows">
          {(data) => <RowTable rows={rowsOf(data)} name={name} />}
        </Answer>
      )}
    </div>
  );
}

function rowsOf(data: unknown): Row[] {
  const rows = Array.isArray(data) ? data : (data as { rows?: unknown } | null)?.rows;
  return Array.isArray(rows) ? rows.filter((row): row is Row => typeof row === "object" && row !== null) : [];
}

function RowTable({ rows, name }: { rows: readonly Row[]; name: string }) {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return <Nothing>There are no rows of this join.</Nothing>;
  return (
    <>
      <div class="scroll-x raw-table" role="region" tabIndex={0} aria-label={`Rows of ${name}`}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {shown(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((row, index) => (
              <tr key={index}>
                {columns.map((column) => (
                  <td key={column} class={typeof row[column] === "number" ? "number" : ""}>
                    {cell(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        {rows.length > SHOWN ? `The first ${SHOWN} of ${counted(rows.length, "row")}; the files have all. ` : ""}
        One row for each stream and minute. “{NONE}”: not measured.
      </p>
    </>
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined || value === "") return NONE;
  return shown(typeof value === "object" ? JSON.stringify(value) : String(value));
}

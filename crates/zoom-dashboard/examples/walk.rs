//! Walks over the participants of a past meeting and says whether it saw all of them.
//!
//! ```text
//! ZOOM_ACCOUNT_ID=… ZOOM_CLIENT_ID=… ZOOM_CLIENT_SECRET=… cargo run --example walk -- MEETING
//! ```

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use std::env::var;
use std::error::Error;

use zoom_dashboard::{Client, Credential};
use zoom_wire::When;
use zoom_wire::participant::ListParticipants;
use zqos_core::Shown;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let meeting = std::env::args().nth(1).ok_or("name a meeting")?;
    let credential = Credential::server_to_server(
        var("ZOOM_ACCOUNT_ID")?,
        var("ZOOM_CLIENT_ID")?,
        var("ZOOM_CLIENT_SECRET")?,
    );
    let client = Client::builder(credential).build()?;

    let listing = ListParticipants::new(meeting.parse()?).when(When::Past);
    let mut pages = client.pages(&listing);
    while let Some(page) = pages.next().await {
        let page = page?;
        for (place, row) in page.rows()? {
            match row.as_object(|| format!("$.participants[{place}]")) {
                Ok(participant) => {
                    let name = participant.user_name.get().unwrap_or_default();
                    println!("{} in {:?}", Shown(&name), participant.location.get());
                }
                Err(invalid) => println!("can't be read: {invalid}"),
            }
        }
    }
    match pages.total_records() {
        Some(total) if total > pages.given() => println!("{} of {total} came", pages.given()),
        _ => println!("all {} came", pages.given()),
    }
    Ok(())
}

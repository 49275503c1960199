//! Fetches the quality-of-service report of one participant and prints its audio latencies.
//!
//! ```text
//! ZOOM_ACCESS_TOKEN=… cargo run --example one_report -- MEETING PARTICIPANT
//! ```

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use std::error::Error;

use zoom_dashboard::{Client, Credential};
use zoom_wire::When;
use zoom_wire::qos::GetParticipantQos;
use zqos_core::ParticipantId;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(meeting), Some(participant)) = (arguments.next(), arguments.next()) else {
        return Err("name a meeting and a participant".into());
    };
    let participant = ParticipantId::new(&participant).ok_or("a participant's id is not empty")?;
    let token = std::env::var("ZOOM_ACCESS_TOKEN")?;
    let client = Client::builder(Credential::bearer(token)).build()?;

    let endpoint = GetParticipantQos::new(meeting.parse()?, participant).when(When::Past);
    let answer = client.send(&endpoint).await?;
    let samples = answer.decode()?.samples("$");
    for sample in &samples.streams {
        if let Some(latency) = sample.figures.latency {
            println!("{} {}: {latency}", sample.ts, sample.stream);
        }
    }
    for invalid in &samples.invalid {
        println!("can't be read: {invalid}");
    }
    Ok(())
}

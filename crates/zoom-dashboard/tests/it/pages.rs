//! Walks over pages.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use futures_core::Stream as _;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use zoom_dashboard::{EndlessPages, Error, ErrorKind, RawPages};
use zoom_wire::participant::ListParticipants;
use zoom_wire::{Endpoint as _, Row, When};

use crate::support::{Asked, Fake, Outcome, answer, builder};

const EXPIRED: &str = r#"{"code":300,"message":"The next page token is invalid or expired."}"#;

/// A listing of participants, as the server holds it.
#[derive(Debug, Clone)]
struct Listing {
    /// JSON texts.
    rows: Vec<String>,
    /// How many rows each page holds; the last page takes the rest. One list for each time that
    /// the walk starts, the last one for all further ones.
    splits: Vec<Vec<usize>>,
    /// The requests, counted from 1, that find their token expired.
    expiries: BTreeSet<usize>,
}

impl Listing {
    /// The pages of the walk that started for the `start`th time.
    fn pages(&self, start: usize) -> Vec<&[String]> {
        let sizes = &self.splits[start.min(self.splits.len() - 1)];
        let mut rest = self.rows.as_slice();
        let mut pages = Vec::new();
        for &size in sizes {
            let (page, others) = rest.split_at(size.min(rest.len()));
            pages.push(page);
            rest = others;
        }
        pages.push(rest);
        pages
    }

    fn serve(self) -> impl FnMut(&Asked) -> Outcome + Send {
        let (mut requests, mut starts) = (0, 0);
        move |asked| {
            requests += 1;
            assert_eq!(asked.query("type"), Some("past"));
            assert_eq!(asked.query("page_size"), Some("300"));
            let place = match asked.query("next_page_token") {
                None => {
                    starts += 1;
                    0
                }
                Some(_) if self.expiries.contains(&requests) => return answer(400, EXPIRED),
                Some(token) => token.strip_prefix(&format!("t{starts}-")).unwrap().parse().unwrap(),
            };
            let pages = self.pages(starts - 1);
            let next = if place + 1 < pages.len() {
                format!("t{starts}-{}", place + 1)
            } else {
                String::new()
            };
            let rows = pages[place].join(",");
            answer(
                200,
                format!(
                    r#"{{"next_page_token":"{next}","total_records":{},"participants":[{rows}]}}"#,
                    self.rows.len()
                ),
            )
        }
    }
}

fn participants() -> ListParticipants {
    ListParticipants::new("932".parse().unwrap()).when(When::Past)
}

fn walk(fake: &Arc<Fake>) -> RawPages {
    builder(fake).build().unwrap().raw_pages(participants().to_request().unwrap(), None)
}

/// Every row that a walk gives, and how it ended.
async fn rows_of(mut pages: RawPages) -> (Vec<String>, Option<Error>) {
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => rows.extend(page.raw_rows().iter().map(|row| row.get().to_owned())),
            Err(error) => {
                assert!(pages.next().await.is_none(), "nothing comes after an error");
                return (rows, Some(error));
            }
        }
    }
    assert_eq!(pages.given(), rows.len() as u64);
    (rows, None)
}

fn paused<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test)
}

/// Joins are all different; rows without an id may be alike.
fn rows() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(prop_oneof![Just(None), (0..3).prop_map(Some)], 0..40).prop_map(
        |kinds| {
            let row = |(place, kind): (usize, Option<i32>)| match kind {
                None => format!(r#"{{"user_id":"{place}","join_time":"2026-01-05T10:00:00Z"}}"#),
                Some(kind) => format!(r#"{{"user_name":"guest {kind}"}}"#),
            };
            kinds.into_iter().enumerate().map(row).collect()
        },
    )
}

fn listings() -> impl Strategy<Value = Listing> {
    let split = proptest::collection::vec(0_usize..8, 0..12);
    let splits = proptest::collection::vec(split, 1..4);
    // A walk is given up when it starts for the fourth time without a new row.
    let expiries = proptest::collection::btree_set(2_usize..20, 0..=3);
    (rows(), splits, expiries).prop_map(|(rows, splits, expiries)| Listing {
        rows,
        splits,
        expiries,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..Default::default() })]

    #[test]
    fn every_row_is_given_once_however_pages_are_cut_and_tokens_expire(listing in listings()) {
        let expected = listing.rows.clone();
        let (rows, error) = paused(async { rows_of(walk(&Fake::new(listing.serve()))).await });
        prop_assert!(error.is_none(), "{error:?}");
        prop_assert_eq!(rows, expected);
    }
}

fn joins(count: usize) -> Vec<String> {
    (0..count)
        .map(|place| format!(r#"{{"user_id":"{place}","join_time":"2026-01-05T10:00:00Z"}}"#))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_does_not_end_a_walk() {
    let listing =
        Listing { rows: joins(3), splits: vec![vec![0, 1, 0, 0, 1]], expiries: BTreeSet::new() };
    let fake = Fake::new(listing.serve());
    let (rows, error) = rows_of(walk(&fake)).await;
    assert!(error.is_none());
    assert_eq!((rows.len(), fake.count()), (3, 6));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_starts_again_and_says_so() {
    let listing =
        Listing { rows: joins(4), splits: vec![vec![2], vec![3]], expiries: BTreeSet::from([2]) };
    let fake = Fake::new(listing.serve());
    let client = builder(&fake).build().unwrap();
    let mut pages = client.pages(&participants());
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!((first.page_number(), first.restarted(), first.repeated()), (1, false, 0));
    let again = pages.next().await.unwrap().unwrap();
    assert_eq!((again.page_number(), again.restarted(), again.repeated()), (1, true, 2));
    assert!(!again.is_last());
    // The typed rows are the same, with their place on the page.
    let rows = again.rows().unwrap();
    let [(2, Row::Object(row))] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row.user_id.get().unwrap().as_str(), "2");
    assert_eq!(again.answer().unwrap().participants.len(), 3);
    let last = pages.next().await.unwrap().unwrap();
    assert!(last.is_last() && !last.restarted());
    assert!(pages.next().await.is_none());
    assert_eq!((pages.given(), pages.total_records()), (4, Some(4)));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_always_expires_is_given_up() {
    let listing = Listing { rows: joins(4), splits: vec![vec![2]], expiries: (0..100).collect() };
    let fake = Fake::new(listing.serve());
    let (rows, error) = rows_of(walk(&fake)).await;
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::EndlessPages(EndlessPages::TokenExpires)));
    assert_eq!(error.status(), Some(400));
    assert!(error.request().unwrap().url.as_str().contains("next_page_token="));
    assert_eq!((rows.len(), fake.count()), (2, 8));
}

#[tokio::test(start_paused = true)]
async fn a_first_page_that_is_refused_is_an_error() {
    let fake = Fake::sequence(vec![answer(400, EXPIRED)]);
    let (_, error) = rows_of(walk(&fake)).await;
    assert!(matches!(error.unwrap().kind(), ErrorKind::Api(_)));
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_go_in_circles_are_given_up() {
    for circle in [1, 2, 5] {
        let mut count = 0;
        let fake = Fake::new(move |_| {
            count += 1;
            let next = count % circle;
            answer(
                200,
                format!(
                    r#"{{"next_page_token":"t{next}","participants":[{{"user_id":"{next}","join_time":"x"}}]}}"#
                ),
            )
        });
        let (rows, error) = rows_of(walk(&fake)).await;
        assert!(matches!(error.unwrap().kind(), ErrorKind::EndlessPages(EndlessPages::SameToken)));
        assert_eq!(rows.len(), circle);
        assert!(fake.count() <= circle + 2, "{}", fake.count());
    }
}

#[tokio::test(start_paused = true)]
async fn pages_without_rows_are_given_up() {
    let mut count = 0;
    let fake = Fake::new(move |_| {
        count += 1;
        answer(200, format!(r#"{{"next_page_token":"t{count}","participants":[]}}"#))
    });
    let (_, error) = rows_of(walk(&fake)).await;
    assert!(matches!(error.unwrap().kind(), ErrorKind::EndlessPages(EndlessPages::NothingNew)));
    assert!(fake.count() < 1000);
}

#[tokio::test(start_paused = true)]
async fn a_total_that_changes_is_noted() {
    let page = |token: &str, total: &str| {
        answer(200, format!(r#"{{"next_page_token":"{token}"{total},"participants":[]}}"#))
    };
    let fake = Fake::sequence(vec![
        page("a", r#","total_records":3"#),
        page("b", r#","total_records":4"#),
        page("c", ""),
        page("", r#","total_records":3"#),
    ]);
    let mut pages = walk(&fake);
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        seen.push((page.total_records(), page.total_changed(), pages.is_torn()));
    }
    let torn = [false, true, true, true];
    let totals = [(Some(3), false), (Some(4), true), (None, false), (Some(3), false)];
    assert!(
        seen.into_iter()
            .eq(totals.into_iter().zip(torn).map(|((total, new), torn)| (total, new, torn)))
    );
    // Three were promised, none came.
    assert_eq!((pages.given(), pages.total_records()), (0, Some(3)));
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_gave_fewer_rows_than_it_counts_is_torn_at_its_end() {
    for (total, is_torn) in
        [("", false), (r#""total_records":2,"#, false), (r#""total_records":3,"#, true)]
    {
        let page = |token: &str, row: u32| {
            let rows = format!(r#"[{{"user_id":"{row}"}}]"#);
            answer(200, format!(r#"{{"next_page_token":"{token}",{total}"participants":{rows}}}"#))
        };
        let fake = Fake::sequence(vec![page("a", 1), page("", 2)]);
        let mut pages = walk(&fake);
        pages.next().await.unwrap().unwrap();
        assert!(!pages.is_torn(), "there is another page");
        pages.next().await.unwrap().unwrap();
        assert_eq!(pages.is_torn(), is_torn, "{total}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_no_json_ends_the_walk_and_is_explained() {
    let fake = Fake::sequence(vec![answer(200, "<html>Sign in</html>")]);
    let (_, error) = rows_of(walk(&fake)).await;
    let error = error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::Decode(_)));
    assert_eq!(error.response().unwrap().body, "<html>Sign in</html>");
    assert!(error.to_string().ends_with("the body is not JSON (line 1, column 1)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_row_on_two_pages_is_given_once_and_one_twice_on_a_page_twice() {
    let row = |id: u32| format!(r#"{{"user_id":"{id}","join_time":"2026-01-05T10:00:00Z"}}"#);
    let page = |token: &str, rows: &[String]| {
        let rows = rows.join(",");
        answer(200, format!(r#"{{"next_page_token":"{token}","participants":[{rows}]}}"#))
    };
    let fake =
        Fake::sequence(vec![page("a", &[row(1), row(1), row(2)]), page("", &[row(2), row(3)])]);
    let (rows, _) = rows_of(walk(&fake)).await;
    assert_eq!(rows, [row(1), row(1), row(2), row(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_can_not_be_sent_is_an_error_and_sends_nothing() {
    let fake = Fake::sequence(vec![answer(200, "{}")]);
    let client = builder(&fake).build().unwrap();
    let mut pages = client.pages(&participants().page_size(301));
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.is_usage() && matches!(error.kind(), ErrorKind::Request(_)));
    assert!(pages.next().await.is_none());
    assert_eq!(fake.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn rows_are_found_where_the_caller_says_else_in_the_first_array() {
    let body = r#"{"from":"2026-01-01","issues":[{"id":1},{"id":2}],"other":[{"id":3}]}"#;
    let fake = Fake::sequence(vec![answer(200, body)]);
    let client = builder(&fake).build().unwrap();
    let request = zoom_wire::Request::get("/metrics/crc").unwrap();
    for (rows, count) in [(None, 2), (Some("other"), 1), (Some("absent"), 0)] {
        let page = client.raw_pages(request.clone(), rows).next().await.unwrap().unwrap();
        assert_eq!(page.raw_rows().len(), count, "{rows:?}");
        assert!(page.frame().envelope.iter().any(|(name, _)| name == "from"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_walk_is_a_stream() {
    let listing = Listing { rows: joins(5), splits: vec![vec![2, 2]], expiries: BTreeSet::new() };
    let fake = Fake::new(listing.serve());
    let mut stream = pin!(builder(&fake).build().unwrap().pages(&participants()).into_stream());
    let mut rows = 0;
    while let Some(page) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        rows += page.unwrap().raw_rows().len();
    }
    assert_eq!(rows, 5);
    assert!(poll_fn(|context| stream.as_mut().poll_next(context)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_not_waited_for_comes_with_the_next_call() {
    let mut serve =
        Listing { rows: joins(3), splits: vec![vec![2]], expiries: BTreeSet::new() }.serve();
    let fake = Fake::slow(std::time::Duration::from_secs(1), move |asked| serve(asked));
    let mut pages = walk(&fake);
    let patience = std::time::Duration::from_millis(10);
    tokio::time::timeout(patience, pages.next()).await.unwrap_err();
    let (rows, error) = rows_of(pages).await;
    assert!(error.is_none());
    assert_eq!(rows.len(), 3);
}

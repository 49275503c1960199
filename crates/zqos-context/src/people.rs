//! People: who is in which team, at which site, and whose meetings matter most.
//!
//! A file is CSV with the header `email,name,team,site,vip`. All but the e-mail address may be empty;
//! `vip` is `yes` (or `true`, `1`) or `no` (`false`, `0`), or empty, which is no.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::rows::{FileError, Wrong, each_row, open};

const WHAT: &str = "the people file";
const HEADER: [&str; 5] = ["email", "name", "team", "site", "vip"];

/// The people of an organisation, by their e-mail addresses.
#[derive(Debug, Default)]
pub struct People {
    /// By the address in lower case, with the line where it stands.
    by_email: BTreeMap<String, (u64, Person)>,
}

/// Somebody, as the organisation knows them.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// The e-mail address, as it stands in the file.
    pub email: String,
    /// The name; `None` where the file has none. So with the other members.
    pub name: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// The name of the usual site. It need not be that of any join.
    pub site: Option<String>,
    /// Whether the meetings of this person matter most.
    pub is_vip: bool,
}

impl People {
    /// Reads a file.
    ///
    /// **Errors**: the first thing that is wrong, with its line.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::of_csv(open(WHAT, path)?).map_err(|wrong| {
            let header = HEADER.join(",");
            wrong.of_file(WHAT, path).hint(format!("its first line is `{header}`"))
        })
    }

    fn of_csv(input: impl Read) -> Result<Self, Wrong> {
        let mut people = Self::default();
        each_row(input, HEADER, |line, [email, name, team, site, vip]| {
            let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let is_address = email
                .split_once('@')
                .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
            if !is_address {
                return Err(format!("`{email}` is no e-mail address"));
            }
            let person = Person {
                email: email.to_owned(),
                name: known(name),
                team: known(team),
                site: known(site),
                is_vip: match &*vip.to_lowercase() {
                    "yes" | "true" | "1" => true,
                    "no" | "false" | "0" | "" => false,
                    _ => return Err(format!("`{vip}` is neither `yes` nor `no`")),
                },
            };
            match people.by_email.insert(email.to_lowercase(), (line, person)) {
                Some((other, _)) => Err(format!("line {other} has `{email}` already")),
                None => Ok(()),
            }
        })?;
        Ok(people)
    }

    /// The addresses of the others who are in the same team, in lower case.
    pub fn team_of(&self, email: &str) -> Vec<&str> {
        let of = self.of(email);
        let Some(team) = of.and_then(|person| person.team.as_ref()) else { return Vec::new() };
        let is_other = |person: &Person| person.team.as_ref() == Some(team) && Some(person) != of;
        let others = self.by_email.iter().filter(|(_, (_, person))| is_other(person));
        others.map(|(email, _)| email.as_str()).collect()
    }

    /// Who has this e-mail address, in any case; `None` where the file has nobody.
    pub fn of(&self, email: &str) -> Option<&Person> {
        self.by_email.get(&email.trim().to_lowercase()).map(|(_, person)| person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(rows: &str) -> Result<People, Wrong> {
        People::of_csv(format!("{}\n{rows}", HEADER.join(",")).as_bytes())
    }

    #[test]
    fn a_person_is_found_by_e_mail_address_in_any_case() {
        let people =
            people("Ann@example.com,Ann Ray,Board,Berlin,yes\nbo@example.com,,,,\n").unwrap();
        let ann = people.of(" ann@EXAMPLE.com").unwrap();
        assert_eq!(
            (ann.team.as_deref(), ann.site.as_deref(), ann.is_vip),
            (Some("Board"), Some("Berlin"), true)
        );
        let bo = people.of("bo@example.com").unwrap();
        assert_eq!((&bo.name, &bo.team, bo.is_vip), (&None, &None, false));
        assert_eq!(people.of("cy@example.com"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (rows, line, reason) in [
            ("ann,Ann,,,", 2, "`ann` is no e-mail address"),
            (",Ann,,,", 2, "`` is no e-mail address"),
            ("ann@example.com,Ann,,", 2, "it has 4 fields, not 5"),
            ("ann@example.com,,,,perhaps", 2, "`perhaps` is neither `yes` nor `no`"),
            (
                "ann@example.com,,,,\n\nANN@example.com,,,,",
                4,
                "line 2 has `ANN@example.com` already",
            ),
        ] {
            let expected = Wrong { line, reason: reason.to_owned() };
            assert_eq!(people(rows).unwrap_err(), expected);
        }
    }
}

//! The program, tested as users run it.

//! The pages behind the codes.

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The Markdown page of a code such as `E1001`; case does not matter. `None` for a code that does not exist.
pub fn explain(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    PAGES
        .binary_search_by_key(&code.as_str(), |(name, _)| name)
        .ok()
        .map(|at| PAGES[at].1)
}

/// Every code that has a page, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_headed_by_its_code() {
        for code in codes() {
            let page = explain(&code.to_lowercase()).expect("a listed code has a page");
            assert!(
                page.starts_with(&format!("# {code}: ")),
                "{code}: {}",
                page.lines().next().unwrap_or("")
            );
        }
        assert_eq!(explain("E9999"), None);
    }
}

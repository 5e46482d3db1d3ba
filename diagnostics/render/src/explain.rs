//! Pages about error codes.

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Returns the Markdown page of a code such as `E1001`, ignoring case. Returns `None` for an unknown code.
pub fn explain(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    PAGES
        .binary_search_by_key(&code.as_str(), |(name, _)| name)
        .ok()
        .map(|index| PAGES[index].1)
}

/// Iterates over all codes that have a page, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_starts_with_its_code() {
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

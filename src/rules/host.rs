//! Hosts of addresses.

/// The host of an address, without user, port and the dot at the end; the address may lack its scheme.
pub(crate) fn of(url: &str) -> &str {
    let url = url.trim();
    let rest = match url.split_once("://") {
        // An address without a scheme can have another one in its query.
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => rest,
        _ => url,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // The colons of an IPv6 address stand in brackets.
    let port = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
    let host = &host[..port.unwrap_or(host.len())];
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether a page's host is the one that a rule wants: `x` itself, `*.x` with all that is below.
pub(super) fn is(page: &str, wanted: &str) -> bool {
    let (wanted, below) = match wanted.strip_prefix("*.") {
        Some(parent) => (parent, true),
        None => (wanted, false),
    };
    let wanted = wanted.as_bytes();
    let Some((front, end)) = page.len().checked_sub(wanted.len()).map(|at| page.as_bytes().split_at(at)) else {
        return false;
    };
    end.eq_ignore_ascii_case(wanted) && (front.is_empty() || below && front.ends_with(b"."))
}

/// Refuses what can be no host: a whole address, a star that stands elsewhere than in front.
pub(super) fn check(wanted: &str) -> Result<(), String> {
    let name = wanted.strip_prefix("*.").unwrap_or(wanted);
    if name.is_empty() || name.contains('*') || of(name) != name {
        return Err(format!("`{wanted}` is no host such as `example.com` or `*.example.com`"));
    }
    Ok(())
}

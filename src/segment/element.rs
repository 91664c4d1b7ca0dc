//! The elements of HTML that matter for where text stands.

/// What an element does to the text in and around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Starts and ends a block.
    Block,
    /// The same, and keeps white space.
    Kept,
    /// Part of a block, apart from the parts beside it.
    Cell,
    /// Part of a block.
    Inline,
    /// Nothing in it is shown.
    Hidden,
    /// Ends a line.
    Break,
    /// Ends a block, has no text.
    Rule,
    /// Has no text.
    Void,
}

macro_rules! elements {
    ($($name:ident $tag:literal $role:ident,)*) => {
        /// What elements are called.
        const TAGS: &[&[u8]] = &[$($tag,)*];

        /// An element by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Element { $($name,)* }

        impl Element {
            pub(super) const COUNT: usize = [$(Self::$name,)*].len();

            /// By its name in lower case; elements that are not listed change nothing.
            pub(super) fn of(name: &[u8]) -> Option<Self> {
                Some(match name {
                    $($tag => Self::$name,)*
                    _ => return None,
                })
            }

            pub(super) fn role(self) -> Role {
                match self { $(Self::$name => Role::$role,)* }
            }
        }
    };
}

elements! {
    A b"a" Inline,
    Address b"address" Block,
    Area b"area" Void,
    Article b"article" Block,
    Aside b"aside" Block,
    Audio b"audio" Hidden,
    Blockquote b"blockquote" Block,
    Body b"body" Block,
    Br b"br" Break,
    Button b"button" Cell,
    Canvas b"canvas" Hidden,
    Caption b"caption" Block,
    Center b"center" Block,
    Code b"code" Inline,
    Datalist b"datalist" Hidden,
    Dd b"dd" Block,
    Details b"details" Block,
    Dialog b"dialog" Block,
    Dir b"dir" Block,
    Div b"div" Block,
    Dl b"dl" Block,
    Dt b"dt" Block,
    Fieldset b"fieldset" Block,
    Figcaption b"figcaption" Block,
    Figure b"figure" Block,
    Footer b"footer" Block,
    Form b"form" Block,
    H1 b"h1" Block,
    H2 b"h2" Block,
    H3 b"h3" Block,
    H4 b"h4" Block,
    H5 b"h5" Block,
    H6 b"h6" Block,
    Header b"header" Block,
    Hgroup b"hgroup" Block,
    Hr b"hr" Rule,
    Html b"html" Block,
    Iframe b"iframe" Hidden,
    Legend b"legend" Block,
    Li b"li" Block,
    Listing b"listing" Kept,
    Main b"main" Block,
    Math b"math" Hidden,
    Menu b"menu" Block,
    Nav b"nav" Block,
    Noembed b"noembed" Hidden,
    Noframes b"noframes" Hidden,
    Noscript b"noscript" Hidden,
    Ol b"ol" Block,
    P b"p" Block,
    Pre b"pre" Kept,
    Script b"script" Hidden,
    Search b"search" Block,
    Section b"section" Block,
    Select b"select" Hidden,
    Span b"span" Inline,
    Style b"style" Hidden,
    Summary b"summary" Block,
    Svg b"svg" Hidden,
    Table b"table" Block,
    Tbody b"tbody" Block,
    Td b"td" Cell,
    Template b"template" Hidden,
    Textarea b"textarea" Hidden,
    Tfoot b"tfoot" Block,
    Th b"th" Cell,
    Thead b"thead" Block,
    Title b"title" Hidden,
    Tr b"tr" Block,
    Ul b"ul" Block,
    Video b"video" Hidden,
    Xmp b"xmp" Kept,
}

impl Element {
    /// What it is called.
    pub(super) fn tag(self) -> &'static str {
        std::str::from_utf8(TAGS[self as usize]).unwrap_or_default()
    }

    /// End tags do not reach out of it.
    pub(super) fn is_scope(self) -> bool {
        matches!(self, Self::Table | Self::Td | Self::Th | Self::Caption)
    }

    /// Parts of a table, whose end tags reach out of cells.
    pub(super) fn is_table(self) -> bool {
        use Element::{Body, Caption, Html, Table, Tbody, Td, Tfoot, Th, Thead, Tr};
        matches!(self, Table | Tbody | Thead | Tfoot | Tr | Td | Th | Caption | Body | Html)
    }

    /// A paragraph ends before it.
    pub(super) fn ends_paragraph(self) -> bool {
        matches!(self.role(), Role::Block | Role::Kept | Role::Rule)
    }

    /// Elements that end where this one starts, and those that they are looked for within.
    pub(super) fn ends(self) -> (&'static [Self], &'static [Self]) {
        use Element::{A, Dd, Dl, Dt, Li, Menu, Ol, Table, Tbody, Td, Tfoot, Th, Thead, Tr, Ul};
        match self {
            Li => (&[Li], &[Ul, Ol, Menu, Table, Td, Th]),
            Dd | Dt => (&[Dd, Dt], &[Dl, Table, Td, Th]),
            Td | Th => (&[Td, Th], &[Tr, Table]),
            Tr => (&[Tr], &[Tbody, Thead, Tfoot, Table]),
            Tbody | Thead | Tfoot => (&[Tbody, Thead, Tfoot], &[Table]),
            A => (&[A], &[Td, Th, Table]),
            _ => (&[], &[]),
        }
    }
}

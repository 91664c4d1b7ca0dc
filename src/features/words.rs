//! Function words of the large languages that write words with an alphabet, as a set of hashes.

use std::sync::LazyLock;

use super::ngrams;
use crate::chars;

/// The most frequent function words, by language. Words of one letter are left out: the scanner takes no notice of them.
const LISTS: &[&str] = &[
    // English
    "the of and to in is that it for on was with as are be this by at from or an have not but they which you his her \
     he she we all their has had one were been more when who will would there what so if out up its about into than \
     them can only other new some could time these two may then do first any my now such like our over me even most \
     also after how your because where just those did many before must through back years much should well being very",
    // German
    "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass \
     sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch",
    // French
    "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec son ou sa aux ont \
     ses elle mais cette été nous leur comme être fait ces vous tout lui même je si",
    // Spanish, Portuguese
    "de la que el en los se del las un por con no una su para es al lo como más pero sus le ya fue este ha sí porque \
     esta son entre está cuando muy sin sobre ser tiene también me hasta hay donde desde os da em um para com não uma \
     na mais dos ao ele das tem seu sua ou ser quando muito nos já eu também só pelo pela até isso ela entre era depois",
    // Italian
    "di che la il un per non una sono da con si le del in della al come più ma dei nel alla anche gli lo ha delle era \
     se ci questo loro",
    // Dutch
    "de het een van en in is dat op te zijn voor met die niet aan er om ook als maar bij dan nog uit naar door over",
    // Polish
    "nie to się na jest że do jak co za po ale od tak czy dla był już przez ich przy oraz jego może być tylko",
    // Turkish
    "ve bir bu da de için ile çok daha olarak ne gibi kadar sonra olan en var ama her ben o değil",
    // Indonesian, Malay
    "yang dan di untuk dengan dari ini dalam tidak pada adalah akan juga itu ke oleh atau bisa ada mereka sudah saya \
     kami karena dapat lebih telah anda seperti",
    // Vietnamese
    "và của là có không được cho các trong với một này người những khi đã để từ như cũng đến về nhiều tôi ra năm thì \
     vào còn sẽ hay theo tại nhưng bạn rất lại làm",
    // Russian, Ukrainian
    "не на что он по но как из за то от это так для был же вы бы мы до его только или ее они все мне было при уже ни \
     если чтобы есть нет быть их была также может который когда год ви це що та як до від або за не його у над під",
    // Arabic, Persian
    "من في على إلى أن عن هذا التي الذي كان مع هذه لا ما بين بعد كما قد لم و به که از این است را با برای آن در یک می",
    // Hindi
    "के में है की से को का और एक यह पर भी नहीं ने कि हो तो था कर लिए इस या",
];

const BITS: u32 = 11;

/// An open-addressing set of word hashes. Zero marks an empty place.
pub(crate) struct StopWords(Box<[u32; 1 << BITS]>);

impl StopWords {
    #[inline(always)]
    pub(crate) fn contains(&self, hash: u32) -> bool {
        let mut at = ngrams::bucket(hash, BITS);
        loop {
            match self.0[at] {
                0 => return false,
                entry if entry == hash => return true,
                _ => at = (at + 1) & ((1 << BITS) - 1),
            }
        }
    }
}

pub(crate) fn stop_words() -> &'static StopWords {
    static SET: LazyLock<StopWords> = LazyLock::new(|| {
        let mut set = Box::new([0u32; 1 << BITS]);
        for word in LISTS.iter().flat_map(|list| list.split_whitespace()) {
            let hash = word.chars().fold(0, |h, c| ngrams::extend(h, ngrams::mix(u32::from(chars::fold(c)))));
            let mut at = ngrams::bucket(hash, BITS);
            while set[at] != 0 && set[at] != hash {
                at = (at + 1) & ((1 << BITS) - 1);
            }
            set[at] = hash;
        }
        StopWords(set)
    });
    &SET
}

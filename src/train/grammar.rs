//! Line templates and word lists for generated pages: `data/grammar.json`, or a file of the user's own.

use std::collections::BTreeMap;
use std::path::Path;

use fastrand::Rng;
use serde::Deserialize;

use super::folds;
use crate::error::{Error, Result};

static BUILT_IN: &str = include_str!("../../data/grammar.json");

/// Templates with slots in braces, word lists that fill slots, and what spam joins its words with.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Grammar {
    templates: BTreeMap<String, Vec<String>>,
    words: BTreeMap<String, Vec<String>>,
    separators: Vec<String>,
}

impl Grammar {
    pub(super) fn load(path: Option<&Path>) -> Result<Self> {
        let wrong = |error: serde_json::Error| Error::data(format!("this grammar is not as it should be: {error}"));
        match path {
            None => serde_json::from_str(BUILT_IN).map_err(wrong),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| Error::from(error).in_file(path))?;
                serde_json::from_str(&text).map_err(|error| wrong(error).in_file(path))
            }
        }
    }

    /// The grammar of one fold: three of five words of every list, so that scores on generated lines are scores on
    /// words that were partly never seen.
    pub(super) fn of_fold(&self, fold: usize, seed: u64) -> Self {
        let mut part = self.clone();
        for words in part.words.values_mut() {
            let all = words.clone();
            words.retain(|word| (folds::hash(word.as_bytes(), seed) as usize + fold) % 5 < 3);
            if words.is_empty() {
                *words = all;
            }
        }
        part
    }

    pub(super) fn word(&self, list: &str, rng: &mut Rng) -> &str {
        self.words.get(list).and_then(|words| rng.choice(words)).map_or("", String::as_str)
    }

    pub(super) fn separator(&self, rng: &mut Rng) -> &str {
        rng.choice(&self.separators).map_or("|", String::as_str)
    }

    /// A line of a kind (`nav`, `legal`, `ad`, ...) with its slots filled.
    pub(super) fn line(&self, kind: &str, site: &str, rng: &mut Rng) -> String {
        let Some(template) = self.templates.get(kind).and_then(|lines| rng.choice(lines)) else {
            return String::new();
        };
        let mut line = String::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            line.push_str(before);
            match after.split_once('}') {
                Some((slot, behind)) => {
                    self.fill(slot, site, rng, &mut line);
                    rest = behind;
                }
                None => {
                    line.push('{');
                    rest = after;
                }
            }
        }
        line.push_str(rest);
        line.trim().to_owned()
    }

    fn fill(&self, slot: &str, site: &str, rng: &mut Rng, out: &mut String) {
        let digits = |n: usize, rng: &mut Rng| (0..n).map(|_| rng.digit(10)).collect::<String>();
        match slot {
            "site" => out.push_str(site),
            "comp" => {
                out.push_str(self.word("cities", rng));
                out.push_str(site);
                out.push_str(self.word("products", rng));
                out.push_str("有限公司");
            }
            "cat" => out.push_str(self.word("categories", rng)),
            "city" => out.push_str(self.word("cities", rng)),
            "prov" => out.push(one_of("京沪粤浙苏鲁豫鄂湘川渝闽赣皖冀晋陕辽吉黑津", rng)),
            "prod" => out.push_str(self.word("products", rng)),
            "b" => out.push_str(self.word("brands", rng)),
            "g" => out.push_str(self.word("gambling", rng)),
            "a" => (0..rng.usize(2..5)).for_each(|_| out.push_str(self.word("adult", rng))),
            "en" => out.push_str(self.word("latin_names", rng)),
            "nm" => {
                out.push(one_of(SURNAMES, rng));
                (0..rng.usize(1..3)).for_each(|_| out.push(one_of(GIVEN_NAMES, rng)));
            }
            "n" => out.push_str(&rng.u32(1..999).to_string()),
            "d1" => out.push_str(&digits(1, rng)),
            "y" => out.push_str(&rng.u32(2008..2026).to_string()),
            "m" => out.push_str(&rng.u32(1..13).to_string()),
            "w" => out.push(one_of("一二三四五六日", rng)),
            "d" => out.push_str(&format!("{}-{:02}-{:02}", rng.u32(2008..2026), rng.u32(1..13), rng.u32(1..29))),
            "t" => out.push_str(&format!("{:02}:{:02}", rng.u32(0..24), rng.u32(0..60))),
            "title" => {
                out.push_str(self.word("cities", rng));
                out.push_str(self.word("categories", rng));
                out.push_str(self.word("products", rng));
            }
            "wx" => {
                (0..rng.usize(2..6)).for_each(|_| out.push(rng.lowercase()));
                out.push_str(&digits(rng.usize(2..7), rng));
            }
            "ph" => match rng.u8(0..3) {
                0 => out.push_str(&format!("1{}", digits(10, rng))),
                1 => out.push_str(&format!("0{}-{}", digits(rng.usize(2..4), rng), digits(8, rng))),
                _ => out.push_str(&format!("400-{}-{}", digits(3, rng), digits(4, rng))),
            },
            "dom" | "domn" => {
                out.push_str("www.");
                (0..rng.usize(3..9)).for_each(|_| out.push(rng.lowercase()));
                out.push_str(rng.choice([".com", ".cn", ".net", ".com.cn", ".org", ".cc", ".vip"]).unwrap_or(".com"));
            }
            _ => match slot.strip_prefix('n').and_then(|n| n.parse().ok()) {
                Some(n) => out.push_str(&digits(n, rng)),
                None => out.push_str(slot),
            },
        }
    }

    /// Spam: words of a list, glued into phrases and joined by one separator.
    pub(super) fn stuffed(&self, list: &str, phrases: usize, rng: &mut Rng) -> String {
        let separator = match self.separator(rng) {
            " I " => "I", // a capital I in the place of a bar
            separator => separator,
        };
        let separator = if rng.u8(0..3) == 0 { " | " } else { separator };
        let mut out = String::new();
        for i in 0..phrases {
            if i > 0 {
                out.push_str(separator);
            }
            match list {
                "products" => {
                    out.push_str(self.word("cities", rng));
                    out.push_str(self.word("products", rng));
                    out.push_str(self.word("product_suffixes", rng));
                }
                "gambling" => {
                    if rng.bool() {
                        out.push_str(self.word("brands", rng));
                    }
                    (0..rng.usize(1..4)).for_each(|_| out.push_str(self.word("gambling", rng)));
                }
                _ => (0..rng.usize(2..6)).for_each(|_| out.push_str(self.word("adult", rng))),
            }
        }
        out
    }
}

/// So many that no name is worth learning: what counts is the label before it.
const SURNAMES: &str = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝";
const GIVEN_NAMES: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲华建国红英志玉兰梅春海燕雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑筠柔竹霭凝晓欢枫芸菲寒欣滢亚宜可姬舒影荔枝思彪飞彬富和鹏顺信子泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘久义兴良山仁波宁贵福龙元全胜学祥才发武新利清立峰保东哲翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭民友裕河浩亮政谦亨奇固之轮世广安宗绍功松善厚庆民康壮会群豪心邦承乐震进";

/// A character of a text that is not empty.
fn one_of(chars: &str, rng: &mut Rng) -> char {
    chars.chars().nth(rng.usize(0..chars.chars().count())).unwrap_or(' ')
}

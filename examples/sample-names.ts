/** [as it is written, as it appears in an ASCII address]. */
export type Name = readonly [written: string, ascii: string];

export interface NamePool {
  readonly language: string;
  readonly people: number;
  /** How display names are put together from given name and surname. */
  readonly order: "given surname" | "surname given" | "surnamegiven";
  readonly given: readonly Name[];
  readonly surnames: readonly Name[];
}

const plain = (names: string): readonly Name[] =>
  names.split(" ").map((name) => {
    const [written, ascii] = name.split("=");
    return [written!, ascii ?? written!.toLowerCase()] as const;
  });

const pool = (
  language: string,
  people: number,
  given: string,
  surnames: string,
  order: NamePool["order"] = "given surname",
): NamePool => ({ language, people, order, given: plain(given), surnames: plain(surnames) });

/** Common names of many languages, put together at random. The two lists of a pool have coprime lengths, so no pair comes twice. */
export const NAME_POOLS: readonly NamePool[] = [
  pool(
    "en-GB",
    36,
    "Harriet Owen Imogen Callum Beatrix Rhys Tamsin Fergus",
    "Ashdown Brackley Cotterill Dunmore Eastlake Fenwick-Hale=fenwick-hale O'Rahilly=orahilly",
  ),
  pool(
    "de-DE",
    30,
    "Jürgen=juergen Käthe=kaethe Matthis Änne=aenne Björn=bjoern Liesel Götz=goetz",
    "Müßig=muessig Größler=groessler Brückmann=brueckmann Weidenfeller Jäkel=jaekel Löwenthaler=loewenthaler",
  ),
  pool(
    "nb-NO",
    24,
    "Åse=aase Øystein=oystein Ingvild Håkon=haakon Ragnhild Sølve=solve Marit",
    "Fjærestad=fjaerestad Bjørnvåg=bjornvaag Haugøy=haugoy Skjelde Vårdal=vaardal Østmoen=ostmoen",
  ),
  pool(
    "fr-FR",
    22,
    "Élodie=elodie François=francois Zoé=zoe Aurélien=aurelien Maïwenn=maiwenn",
    "Lefèvrier=lefevrier D'Aubrac=daubrac Châtelard=chatelard Noël-Garnier=noel-garnier Bérengeot=berengeot Guéradel=gueradel",
  ),
  pool(
    "es-ES",
    18,
    "Íñigo=inigo Begoña=begona Joaquín=joaquin Lucía=lucia Ximena",
    "Núñez-Armillas=nunez-armillas Peñalara=penalara Echagüe=echague Ordóñez=ordonez",
  ),
  pool(
    "pl-PL",
    18,
    "Łucja=lucja Zbigniew Małgorzata=malgorzata Świętosław=swietoslaw Żaneta=zaneta",
    "Wiśnioch=wisnioch Źrebiec=zrebiec Łąka=laka Gżegżółka=gzegzolka",
  ),
  pool(
    "cs-CZ",
    12,
    "Bořivoj=borivoj Kateřina=katerina Ludvík=ludvik Růžena=ruzena",
    "Říhovec=rihovec Šťastník=stastnik Havlů=havlu",
  ),
  pool(
    "tr-TR",
    12,
    "İlkay=ilkay Çağla=cagla Oğuz=oguz Işıl=isil",
    "Gündoğmuş=gundogmus Şenyürek=senyurek Irmaklı=irmakli",
  ),
  pool("vi-VN", 10, "Thị=thi Đức=duc Hạnh=hanh", "Nguyễn=nguyen Đặng=dang Trần=tran Huỳnh=huynh", "surname given"),
  pool(
    "uk-UA",
    18,
    "Олеся=olesia Тарас=taras Ґеник=genyk Яричка=yarychka Богдана=bohdana",
    "Верба=verba Кравцюк=kravtsiuk Їжакевич=yizhakevych Щербань=shcherban",
  ),
  pool(
    "el-GR",
    14,
    "Ευγενία=evgenia Στυλιανός=stylianos Χρυσάνθη=chrysanthi Ηλίας=ilias",
    "Παπαδάκογλου=papadakoglou Αλεξίου=alexiou Μελισσόγλου=melissoglou Ξενάκογλου=xenakoglou Ζωγράφου=zografou",
  ),
  pool("ar-EG", 12, "ليلى=layla يوسف=yusuf مريم=maryam سامي=sami", "الحداد=alhaddad النجار=alnajjar بحري=bahri"),
  pool("he-IL", 10, "נועה=noa אריאל=ariel תמר=tamar", "לויתן=levitan ברקאי=barkai שדמי=shadmi כרמון=karmon"),
  pool(
    "hi-IN",
    14,
    "अनन्या=ananya विक्रम=vikram मीनाक्षी=meenakshi",
    "त्रिपाठी=tripathi श्रीवास्तव=srivastava जोशी=joshi क्षीरसागर=kshirsagar भट्टाचार्य=bhattacharya",
  ),
  pool(
    "th-TH",
    10,
    "สุดารัตน์=sudarat ณัฐพล=nattapon พิมพ์ใจ=phimchai",
    "ศรีสุวรรณ=srisuwan วงศ์ทะเล=wongthale แก้วมณี=kaewmanee ท่าเรือทอง=tharueathong",
  ),
  pool(
    "zh-CN",
    14,
    "静怡=jingyi 浩然=haoran 雨桐=yutong",
    "欧阳=ouyang 司徒=situ 林=lin 沈=shen 诸葛=zhuge",
    "surnamegiven",
  ),
  pool(
    "ja-JP",
    8,
    "陽菜=haruna 健吾=kengo さくら=sakura",
    "港=minato 𠮷岡=yoshioka 渡邉=watanabe 五十嵐=igarashi",
    "surname given",
  ),
  pool(
    "ko-KR",
    8,
    "서연=seoyeon 민준=minjun 하늘=haneul",
    "남궁=namgung 선우=sunwoo 황보=hwangbo 제갈=jegal",
    "surnamegiven",
  ),
];

export interface SpecialName {
  readonly language: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly address: string;
}

const special = (
  language: string,
  displayName: string,
  givenName: string | null,
  surname: string | null,
  address: string,
): SpecialName => ({ language, displayName, givenName, surname, address });

/** Names that programs trip over: one word, very long, particles, apostrophes of several kinds, commas, letters beyond 16 bits. */
export const SPECIAL_NAMES: readonly SpecialName[] = [
  special("id-ID", "Sukmawijaya", "Sukmawijaya", null, "sukmawijaya"),
  special("is-IS", "Þórdís Ægisdóttir", "Þórdís", "Ægisdóttir", "thordis.aegisdottir"),
  special(
    "de-AT",
    "Maria-Theresia Philippina Wilhelmine Antonia Freifrau von und zu Hohenbrunn-Wallersdorf-Lichtenau, geb. Gräfin Oberstetten-Kranichfels",
    "Maria-Theresia Philippina Wilhelmine Antonia",
    "Freifrau von und zu Hohenbrunn-Wallersdorf-Lichtenau",
    "mt.hohenbrunn-wallersdorf-lichtenau",
  ),
  special(
    "ta-IN",
    "Venkatanarasimharajuvaripeta Thirumalaikozhundhu Subramaniaswamyputhiran",
    "Venkatanarasimharajuvaripeta Thirumalaikozhundhu",
    "Subramaniaswamyputhiran",
    "v.subramaniaswamyputhiran",
  ),
  special("nl-NL", "Sjoerd van 't Hoogezand", "Sjoerd", "van 't Hoogezand", "sjoerd.vanthoogezand"),
  special("haw-US", "Keoni Kaʻōpūlani", "Keoni", "Kaʻōpūlani", "keoni.kaopulani"),
  special("ga-IE", "Caoimhe Ní Dhuibhlinn", "Caoimhe", "Ní Dhuibhlinn", "caoimhe.nidhuibhlinn"),
  special("en-NG", "Okwuadi, Adaeze", "Adaeze", "Okwuadi", "adaeze.okwuadi"),
  special("zh-HK", "𨋢志明", "志明", "𨋢", "chiming.lip"),
  special("my-MM", "ခင်ခင်အေး", "ခင်ခင်အေး", null, "khinkhinaye"),
];

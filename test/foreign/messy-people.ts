/** Names as people have them and as forms, imports and jokers leave them: given name, surname. */
const names: readonly (readonly [given: string, surname: string])[] = [
  ["Anke", "Brandt"],
  ["Seán", "O'Brien"],
  ["Chloé-Élodie", "D’Arcy"],
  ["Zoe\u0308", "Mu\u0308ller"],
  ["Zoë", "Müller"],
  ["İpek", "Iğdır"],
  ["Strauß", "GROẞ"],
  ["Łukasz", "Żółć"],
  ["太郎", "山田"],
  ["민준", "김"],
  ["Алёна", "Щербакова"],
  ["محمد", "الخوارزمي"],
  ["שרה", "כהן"],
  ["X", "Æ A-12"],
  ["Ngô Thị", "Nguyễn"],
  ['Anna "Nan"', "van der Berg"],
  ["Back\\slash", "And/Slash"],
  ["<b>Bold</b>", "&amp; Sons"],
  ["100%", "Plus+Sign"],
  ["null", "undefined"],
  ["true", "0"],
  ["Robert'); --", "Tables; DROP"],
  ["  Spaced", "Out  "],
  ["Tab\there", "Line"],
  ["🦄 Uni", "Corn 👩‍👩‍👧"],
  ["Adèle".repeat(12), "von Langenname-".repeat(4)],
  ["José", "{{handlebars}} $dollar"],
  ["Li", "Q"],
];

/** What stands before the @: all of them are addresses that mail would reach. */
const mailboxes: readonly ((number: number) => string)[] = [
  (number) => `person${number}`,
  (number) => `o'brien.${number}`,
  (number) => `first.last+tag${number}`,
  (number) => `UPPER.Case${number}`,
  (number) => `under_score-${number}`,
  (number) => `${number}`,
  (number) => `a-rather-long-mailbox-that-goes-on-and-on-until-it-is-full-${number}`,
];

/** The attributes of the messy person with this number, apart from the manager. */
export const messyPerson = (number: number, domain: string) => {
  const [givenName, surname] = names[number % names.length]!;
  const mailbox = mailboxes[number % mailboxes.length]!(number);
  return {
    userPrincipalName: `${mailbox}@${domain}`,
    mail: `${mailbox}@${domain}`,
    mailNickname: `nick${number}`,
    displayName: `${givenName} ${surname} ${number}`,
    givenName,
    surname,
    accountEnabled: true,
    employeeId: String(number).padStart(6, "0"),
    ...(number % 3 === 0 ? { department: `R&D "${number % 7}" / Ünit` } : {}),
    ...(number % 4 === 0 ? { jobTitle: `Head of ${number % 9} – everything else` } : {}),
    ...(number % 5 === 0 ? { mobile: `+49 (0)30 ${number}`, telephoneNumber: `00${number}` } : {}),
    ...(number % 6 === 0 ? { city: "Zürich", country: "CH", streetAddress: "Straße 1\r\nHinterhaus" } : {}),
  };
};

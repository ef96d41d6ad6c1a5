// Writes sample-organisation.json and sample-assignments.json beside this file: `node examples/make-sample.ts`.
// The organisation is invented; the same files come out every time.
import { writeFileSync } from "node:fs";
import { NAME_POOLS, SPECIAL_NAMES } from "./sample-names.ts";

const COMPANY = "Sundhaven Harbour Group";
const DOMAIN = "sundhaven.example";
/** People of a company that was taken over keep their addresses there. */
const FORMER_DOMAIN = "kestrel-freight.example";
const PARTNERS = ["pilot-lines.example", "cranes-and-cables.example", "meridian-telecom.example"];

interface Department {
  readonly name: string;
  readonly size: number;
  readonly head: string;
  readonly lead: string;
  readonly titles: readonly string[];
}

const department = (name: string, size: number, head: string, lead: string, ...titles: string[]): Department => ({
  name,
  size,
  head,
  lead,
  titles,
});

const DEPARTMENTS: readonly Department[] = [
  department("Executive Office", 8, "Chief Executive Officer", "Chief Officer", "Executive Assistant"),
  department(
    "Network Operations",
    48,
    "Head of Network Operations",
    "Network Team Lead",
    "Network Engineer",
    "Senior Network Engineer",
    "NOC Analyst",
    "WAN Specialist",
  ),
  department(
    "Site Reliability Engineering",
    44,
    "Head of Site Reliability",
    "Reliability Team Lead",
    "Site Reliability Engineer",
    "Observability Engineer",
    "Incident Manager",
  ),
  department(
    "Platform Engineering",
    40,
    "Head of Platform",
    "Platform Team Lead",
    "Platform Engineer",
    "Cloud Engineer",
    "Database Engineer",
  ),
  department(
    "Security Operations",
    26,
    "Head of Security Operations",
    "Security Team Lead",
    "Security Analyst",
    "Threat Hunter",
    "Identity Engineer",
  ),
  department("Service Desk", 24, "Service Desk Manager", "Shift Lead", "Service Desk Agent", "Workplace Technician"),
  department(
    "Terminal Operations",
    40,
    "Head of Terminals",
    "Berth Supervisor",
    "Crane Operator",
    "Yard Planner",
    "Gate Clerk",
    "Vessel Planner",
  ),
  department("Finance", 18, "Head of Finance", "Accounting Lead", "Accountant", "Controller", "Treasury Analyst"),
  department("People and Culture", 14, "Head of People", "People Partner Lead", "People Partner", "Recruiter"),
  department("Legal", 8, "General Counsel", "Senior Counsel", "Counsel", "Paralegal"),
  department("Sales", 12, "Head of Sales", "Key Account Lead", "Account Executive", "Sales Engineer"),
  department("External Partners", 18, "Partner Coordinator", "Partner Lead", "Consultant", "Field Engineer"),
];

const OFFICES: readonly (readonly [city: string, country: string, office: string])[] = [
  ["Bergen", "Norway", "Nøstet 4"],
  ["Rotterdam", "Netherlands", "Waalhaven Oost"],
  ["Gdańsk", "Poland", "Nabrzeże Północne"],
  ["Piraeus", "Greece", "Προβλήτα Β"],
  ["Busan", "South Korea", "북항 2부두"],
  ["Yokohama", "Japan", "本牧ふ頭"],
  ["Mumbai", "India", "Ballard Pier"],
  ["Haifa", "Israel", "Carmel Gate"],
  ["Saint-Nazaire", "France", "Quai de l’Étoile"],
];

/** Places in the list of everybody, from 0. */
const DISABLED = new Set([21, 47, 63, 88, 101, 117, 139, 158, 176, 204, 251, 290]);
const WITHOUT_MAIL = new Set([33, 72, 95, 131, 180, 193, 207, 214, 221, 228]);
const FORMER = new Set([12, 40, 61, 85, 110, 127, 150, 166, 199, 240, 262]);
const RENAMED = new Map([
  [26, "birgit.oldenkamp"],
  [77, "r.fairbourne"],
  [143, "kowal.a"],
  [171, "shift-c.lead"],
]);

export interface SamplePerson {
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly mailNickname: string;
  readonly employeeId: string;
  readonly jobTitle: string;
  readonly department: string;
  readonly companyName: string;
  readonly city: string;
  readonly country: string;
  readonly physicalDeliveryOfficeName: string;
  readonly telephoneNumber: string | null;
  readonly mobile: string | null;
  readonly preferredLanguage: string;
  readonly userType: "Member" | "Guest";
  readonly accountEnabled: boolean;
  /** employeeId; null for the one at the top. */
  readonly manager: string | null;
}

export interface SampleGroup {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly mailNickname: string;
  /** employeeIds. */
  readonly members: readonly string[];
}

interface NamedPerson {
  readonly language: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly address: string;
}

function names(): readonly NamedPerson[] {
  const all: NamedPerson[] = [...SPECIAL_NAMES];
  for (const { language, people, order, given, surnames } of NAME_POOLS) {
    for (let at = 0; at < people; at++) {
      const [givenName, givenAscii] = given[at % given.length]!;
      const [surname, surnameAscii] = surnames[at % surnames.length]!;
      const displayName =
        order === "given surname"
          ? `${givenName} ${surname}`
          : `${surname}${order === "surnamegiven" ? "" : " "}${givenName}`;
      all.push({ language, displayName, givenName, surname, address: `${givenAscii}.${surnameAscii}` });
    }
  }
  // A step that has no divisor in common with the number of names visits each of them once and mixes the languages.
  return all.map((_name, at) => all[(at * 97 + 43) % all.length]!);
}

const employeeId = (at: number): string => `SH${String(10001 + at * 7)}`;
const LEAD_SPAN = 9;

/** Who somebody reports to: team leads to the head, heads to the chief officers, those to the chief executive. */
function managerOf(first: number, place: number, ofDepartment: number): number | null {
  if (ofDepartment === 0) return place === 0 ? null : 0;
  if (place === 0) return 1 + (ofDepartment % 6);
  const isLead = place % LEAD_SPAN === 1;
  return isLead ? first : first + place - ((place - 1) % LEAD_SPAN);
}

function titleOf(department: Department, place: number): string {
  if (place === 0) return department.head;
  const chiefs = ["Technology", "Operations", "Information Security", "Financial", "People", "Commercial"];
  if (department.lead === "Chief Officer" && place <= chiefs.length) return `Chief ${chiefs[place - 1]} Officer`;
  if (place % LEAD_SPAN === 1) return department.lead;
  return department.titles[place % department.titles.length]!;
}

export function makePeople(): readonly SamplePerson[] {
  const named = names();
  const people: SamplePerson[] = [];
  DEPARTMENTS.forEach((department, ofDepartment) => {
    const first = people.length;
    for (let place = 0; place < department.size; place++) {
      const at = people.length;
      const { address, language, displayName, givenName, surname } = named[at]!;
      const isGuest = department.name === "External Partners";
      const partner = PARTNERS[at % PARTNERS.length]!;
      const home = FORMER.has(at) ? FORMER_DOMAIN : DOMAIN;
      const manager = managerOf(first, place, ofDepartment);
      const [city, country, office] = OFFICES[(at * 5 + ofDepartment) % OFFICES.length]!;
      const local = isGuest ? `${address}_${partner}#EXT#` : (RENAMED.get(at) ?? address);
      const mail = `${address}@${isGuest ? partner : home}`;
      people.push({
        userPrincipalName: `${local}@${DOMAIN}`,
        displayName,
        givenName,
        surname,
        mail: WITHOUT_MAIL.has(at) ? null : mail,
        mailNickname: isGuest ? local : address,
        employeeId: employeeId(at),
        jobTitle: titleOf(department, place),
        department: department.name,
        companyName: isGuest ? partner.replace(".example", "") : COMPANY,
        city,
        country,
        physicalDeliveryOfficeName: office,
        // Numbers of the ranges that are set aside for fiction.
        telephoneNumber: at % 6 === 5 ? null : `+44 20 7946 0${String(100 + at)}`,
        mobile: at % 4 === 0 ? `+44 7700 900${String(100 + at)}` : null,
        preferredLanguage: language,
        userType: isGuest ? "Guest" : "Member",
        accountEnabled: !DISABLED.has(at),
        manager: manager === null ? null : employeeId(manager),
      });
    }
  });
  return people;
}

export function makeGroups(people: readonly SamplePerson[]): readonly SampleGroup[] {
  const from = (...departments: string[]) => people.filter((person) => departments.includes(person.department));
  const every = (step: number, offset: number, list: readonly SamplePerson[]) =>
    list.filter((_person, at) => at % step === offset);
  const guests = people.filter((person) => person.userType === "Guest");
  const leading = new Set(people.map((person) => person.manager));
  const group = (displayName: string, description: string, ...lists: (readonly SamplePerson[])[]): SampleGroup => {
    const mailNickname = displayName.toLowerCase().replaceAll(" ", "-");
    const members = [...new Set(lists.flat().map((person) => person.employeeId))];
    return { id: `group-${mailNickname}`, displayName, description, mailNickname, members };
  };
  return [
    group("Network Operations", "Runs the networks of all terminals", from("Network Operations"), guests.slice(1, 2)),
    group(
      "Site Reliability Engineering",
      "Keeps the booking and berth systems up",
      from("Site Reliability Engineering"),
      guests.slice(4, 5),
    ),
    group("Platform Engineering", "Builds what the other teams run on", from("Platform Engineering")),
    group("Security Operations", "Watches and answers, day and night", from("Security Operations")),
    group("Service Desk", "First line for everybody's computers", from("Service Desk")),
    group("Terminal Operations", "Berths, cranes, yards and gates", from("Terminal Operations")),
    group(
      "Business Services",
      "Finance, people, legal and sales",
      from("Finance", "People and Culture", "Legal", "Sales"),
    ),
    group(
      "Leadership",
      "Everybody to whom somebody reports",
      people.filter((person) => leading.has(person.employeeId)),
    ),
    group("External Partners", "Guests from suppliers and pilots' companies", guests),
    group(
      "On-call Rota",
      "Gets the night pages",
      every(3, 2, from("Network Operations", "Site Reliability Engineering", "Platform Engineering")),
    ),
    group(
      "Project Lighthouse",
      "Crosses departments: new links between the ports",
      every(10, 3, from("Network Operations")),
      every(7, 2, from("Terminal Operations")),
      every(5, 1, from("Sales")),
      every(4, 2, from("Legal")),
      guests.slice(7, 9),
    ),
    group(
      "Harbour Control Rooms",
      "Shared screens of the control rooms",
      every(2, 0, from("Terminal Operations")),
      every(12, 5, from("Network Operations")),
    ),
  ];
}

/** Who is assigned to the application at the first start. Users are named by userPrincipalName, groups by displayName. */
export function makeAssignments(people: readonly SamplePerson[]) {
  const first = (department: string, place: number) =>
    people.filter((person) => person.department === department && person.accountEnabled)[place]!.userPrincipalName;
  return {
    template: "ThousandEyes",
    assignments: [
      { group: "Network Operations", role: "User" },
      { group: "Site Reliability Engineering", role: "User" },
      { group: "Platform Engineering", role: "User" },
      { group: "Security Operations", role: "User" },
      { group: "Project Lighthouse", role: "User" },
      { user: first("Executive Office", 1), role: "User" },
      { user: first("Service Desk", 0), role: "User" },
      { group: "Leadership", role: "Default Access" },
      { user: first("Finance", 3), role: "Default Access" },
    ],
  };
}

const onePerLine = (list: readonly object[]): string => list.map((item) => `    ${JSON.stringify(item)}`).join(",\n");

const withoutNulls = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));

/** The text of both files. */
export function makeSample(): { readonly organisation: string; readonly assignments: string } {
  const people = makePeople();
  const { template, assignments } = makeAssignments(people);
  return {
    organisation: `{\n  "users": [\n${onePerLine(people.map(withoutNulls))}\n  ],\n  "groups": [\n${onePerLine(makeGroups(people))}\n  ]\n}\n`,
    assignments: `{\n  "template": ${JSON.stringify(template)},\n  "assignments": [\n${onePerLine(assignments)}\n  ]\n}\n`,
  };
}

if (import.meta.main) {
  const { organisation, assignments } = makeSample();
  writeFileSync(new URL("sample-organisation.json", import.meta.url), organisation);
  writeFileSync(new URL("sample-assignments.json", import.meta.url), assignments);
}

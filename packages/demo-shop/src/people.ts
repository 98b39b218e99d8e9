import { type Chance, WeightedChoice } from './chance.js';

export interface Person {
  firstName: string;
  lastName: string;
  /** `first.last<id>` in plain letters; the id makes it unique, the domain is one nobody can own. */
  email: string;
  gender: 'F' | 'M';
  age: number;
  streetAddress: string;
  city: string;
  state: string;
  country: string;
}

interface Names {
  female: string[];
  male: string[];
  last: string[];
}

const names = (female: string, male: string, last: string): Names => ({
  female: female.split(' '),
  male: male.split(' '),
  last: last.split(' '),
});

const CULTURES = {
  english: names(
    'Olivia Emma Charlotte Grace Hannah Megan Rachel Claire Ruby Alice Lucy Naomi Paige Harriet Joan Beth',
    'Jack Oliver Henry Thomas Daniel Samuel Luke Ryan Patrick Nathan Owen Callum George Walter Aaron Scott',
    "Smith Johnson Walker Bennett Hughes Foster Reed Cooper Murphy O'Neil Palmer Barnes Whitfield Harlow Mercer Doyle Fraser Lawson Pratt Ellison Hartley Sutton",
  ),
  chinese: names(
    'Wei Xiu Mei Lan Jing Yan Fang Ling Hui Qian Xin Yue Ting Na Rui Shu',
    'Ming Jun Hao Lei Bo Feng Jian Tao Cheng Kai Yong Peng Zhiwei Haoran Dong Chao',
    'Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Zheng Tang',
  ),
  spanish: names(
    'Sofía Lucía Elena Carmen Valeria Paula Inés Marisol Ximena Noelia Rocío Pilar',
    'Diego Javier Álvaro Mateo Andrés Pablo Rubén Emilio Joaquín Óscar Raúl Martín',
    'García Díaz Fernández Morales Ortega Ramos Castillo Vega Núñez Herrera Jiménez Peña Solís Cabrera Delgado Ibáñez Rojas Fuentes',
  ),
  portuguese: names(
    'Beatriz Larissa Camila Mariana Letícia Fernanda Júlia Renata Tainá Aline Débora Luana',
    'Thiago Rafael Gustavo João Caio Bruno Vinícius Felipe Otávio Murilo Davi André',
    'Silva Souza Almeida Carvalho Araújo Barbosa Gonçalves Teixeira Moreira Cardoso Nogueira Farias Pires Antunes Mendonça Brandão',
  ),
  french: names(
    'Camille Manon Chloé Élodie Margaux Juliette Anaïs Sandrine Océane Amandine Zoé Hélène',
    'Antoine Baptiste Théo Étienne Lucas Maxime Rémi Guillaume Mathis Fabien Loïc Yann',
    'Moreau Lefèvre Girard Fournier Lambert Rousseau Chevalier Renard Marchand Gauthier Perrin Colin Aubry Leclerc Besson Vasseur',
  ),
  german: names(
    'Lena Anneliese Katharina Greta Johanna Sabine Frieda Jule Heike Annika Mareike Ute',
    'Jürgen Lukas Felix Matthias Stefan Niklas Jonas Klaus Björn Till Sebastian Uwe',
    'Müller Schneider Weber Becker Schäfer Koch Bauer Krüger Vogel Lorenz Böhm Winkler Ziegler Arnold Seidel Haas Pohl Weiß',
  ),
  korean: names(
    'Ji-woo Seo-yeon Ha-eun Min-ji Soo-ah Ye-jin Da-hye Eun-bi Na-rae Yuna',
    'Min-jun Seo-jun Do-yun Ji-ho Hyun-woo Tae-yang Jae-won Sung-min Dong-hyun Woo-jin',
    'Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Kwon Hwang Ahn Song',
  ),
  japanese: names(
    'Yui Sakura Hina Aoi Misaki Nanami Haruka Rin Ayaka Emi',
    'Haruto Sota Yuki Riku Kenji Daiki Takumi Kaito Shun Ren',
    'Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Mori Hayashi Ogawa',
  ),
  indian: names(
    'Ananya Priya Kavya Meera Divya Lakshmi Isha Nandini Shreya Pooja',
    'Arjun Rohan Vikram Raj Aditya Karthik Nikhil Sanjay Manish Dev',
    'Sharma Patel Iyer Reddy Gupta Nair Mehta Banerjee Desai Kulkarni Joshi Pillai Chowdhury Rao Bhatt Kapoor',
  ),
  arabic: names(
    'Noor Layla Fatima Amira Yasmin Salma Huda Rania Zainab Dina',
    'Omar Yusuf Karim Hassan Tariq Bilal Samir Khalid Idris Faisal',
    'Haddad Nasser Farouk Mansour Khoury Saleh Aziz Rahman Darwish Hamdan Qasim Sabbagh',
  ),
  polish: names(
    'Zofia Agnieszka Maja Katarzyna Hanna Małgorzata Kinga Ewa Weronika Oliwia',
    'Jakub Mateusz Piotr Kacper Wojciech Tomasz Michał Łukasz Szymon Marcin',
    'Nowak Wójcik Zając Mazur Dudek Pawlak Sikora Baran Szewczyk Kubiak Kaczmarek Wróbel Stępień Kozioł',
  ),
  westAfrican: names(
    'Amara Ngozi Adaeze Abena Folake Chiamaka Efua Zainabu Ifeoma Temitope',
    'Kwame Chinedu Emeka Kofi Tunde Ifeanyi Sekou Babatunde Obinna Yaw',
    'Okafor Mensah Adeyemi Nwosu Diallo Boateng Eze Owusu Balogun Okonkwo Asante Traoré Sesay Danjuma',
  ),
  vietnamese: names(
    'Linh Huong Thao Ngoc Trang Mai Anh Phuong Quyen Diep',
    'Minh Tuan Duc Khanh Long Quang Hung Bao Phuc Nam',
    'Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do Ngo Duong',
  ),
  nordic: names(
    'Astrid Freja Ingrid Saga Linnéa Maja Sigrid Elin Tuva Karin',
    'Lars Erik Søren Anders Henrik Oskar Nils Magnus Aksel Jens',
    'Lindqvist Bergström Hansen Nygaard Dahl Sørensen Eklund Holm Aaltonen Bakke Sandberg Kjær',
  ),
} satisfies Record<string, Names>;

type Culture = keyof typeof CULTURES;

interface Country {
  name: string;
  weight: number;
  cultures: Partial<Record<Culture, number>>;
  /** State, then its cities. */
  places: [state: string, cities: string][];
}

const COUNTRIES: Country[] = [
  {
    name: 'United States',
    weight: 31,
    cultures: {
      english: 50,
      spanish: 17,
      westAfrican: 8,
      chinese: 5,
      indian: 6,
      vietnamese: 3,
      korean: 3,
      arabic: 3,
      polish: 3,
      german: 2,
    },
    places: [
      ['California', 'Los Angeles|San Diego|San José|Fresno|Oakland'],
      ['Texas', 'Houston|Dallas|Austin|El Paso|Lubbock'],
      ['New York', 'New York|Buffalo|Rochester|Syracuse'],
      ['Florida', 'Miami|Tampa|Orlando|Jacksonville'],
      ['Illinois', 'Chicago|Naperville|Peoria'],
      ['Ohio', 'Columbus|Cleveland|Toledo'],
      ['Georgia', 'Atlanta|Savannah|Athens'],
      ['Washington', 'Seattle|Spokane|Tacoma'],
      ['Minnesota', 'Minneapolis|Duluth|Rochester'],
      ['Massachusetts', 'Boston|Worcester|Lowell'],
      ['North Carolina', 'Charlotte|Raleigh|Winston-Salem'],
      ['Colorado', 'Denver|Boulder|Pueblo'],
    ],
  },
  {
    name: 'China',
    weight: 26,
    cultures: { chinese: 98, english: 1, korean: 1 },
    places: [
      ['Guangdong', 'Guangzhou|Shenzhen|Foshan|Zhuhai'],
      ['Shanghai', 'Shanghai'],
      ['Beijing', 'Beijing'],
      ['Zhejiang', 'Hangzhou|Ningbo|Wenzhou'],
      ['Jiangsu', 'Nanjing|Suzhou|Xuzhou'],
      ['Sichuan', 'Chengdu|Mianyang'],
      ['Shandong', 'Qingdao|Jinan|Yantai'],
      ['Fujian', 'Xiamen|Fuzhou'],
      ['Hubei', 'Wuhan|Yichang'],
    ],
  },
  {
    name: 'Brasil',
    weight: 11,
    cultures: { portuguese: 90, japanese: 4, german: 3, arabic: 3 },
    places: [
      ['São Paulo', 'São Paulo|Campinas|Santos'],
      ['Rio de Janeiro', 'Rio de Janeiro|Niterói'],
      ['Bahia', 'Salvador|Ilhéus'],
      ['Minas Gerais', 'Belo Horizonte|Uberlândia'],
      ['Paraná', 'Curitiba|Londrina'],
    ],
  },
  {
    name: 'South Korea',
    weight: 5,
    cultures: { korean: 98, english: 2 },
    places: [
      ['Seoul', 'Seoul'],
      ['Gyeonggi-do', 'Suwon|Seongnam|Goyang'],
      ['Busan', 'Busan'],
    ],
  },
  {
    name: 'United Kingdom',
    weight: 6,
    cultures: { english: 72, indian: 10, westAfrican: 6, polish: 6, arabic: 4, chinese: 2 },
    places: [
      ['England', 'London|Manchester|Leeds|Bristol|Norwich|Exeter'],
      ['Scotland', 'Edinburgh|Glasgow|Dundee'],
      ['Wales', 'Cardiff|Swansea'],
      ['Northern Ireland', 'Belfast'],
    ],
  },
  {
    name: 'Germany',
    weight: 5,
    cultures: { german: 80, arabic: 6, polish: 8, vietnamese: 2, spanish: 4 },
    places: [
      ['Bayern', 'München|Nürnberg|Augsburg'],
      ['Nordrhein-Westfalen', 'Köln|Düsseldorf|Dortmund'],
      ['Berlin', 'Berlin'],
      ['Baden-Württemberg', 'Stuttgart|Tübingen'],
      ['Hamburg', 'Hamburg'],
    ],
  },
  {
    name: 'France',
    weight: 5,
    cultures: { french: 78, arabic: 10, westAfrican: 7, portuguese: 5 },
    places: [
      ['Île-de-France', 'Paris|Versailles'],
      ["Provence-Alpes-Côte d'Azur", 'Marseille|Nice|Aix-en-Provence'],
      ['Auvergne-Rhône-Alpes', 'Lyon|Grenoble'],
      ['Occitanie', 'Toulouse|Montpellier'],
    ],
  },
  {
    name: 'Spain',
    weight: 4,
    cultures: { spanish: 92, arabic: 4, english: 2, portuguese: 2 },
    places: [
      ['Comunidad de Madrid', 'Madrid|Alcalá de Henares'],
      ['Cataluña', 'Barcelona|Girona'],
      ['Andalucía', 'Sevilla|Málaga|Cádiz'],
    ],
  },
  {
    name: 'Japan',
    weight: 3,
    cultures: { japanese: 98, korean: 2 },
    places: [
      ['Tokyo', 'Tokyo|Hachioji'],
      ['Osaka', 'Osaka|Sakai'],
      ['Hokkaido', 'Sapporo'],
    ],
  },
  {
    name: 'Australia',
    weight: 2,
    cultures: { english: 70, chinese: 10, indian: 8, vietnamese: 7, arabic: 5 },
    places: [
      ['New South Wales', 'Sydney|Newcastle'],
      ['Victoria', 'Melbourne|Geelong'],
      ['Queensland', 'Brisbane|Cairns'],
    ],
  },
  {
    name: 'Poland',
    weight: 1,
    cultures: { polish: 100 },
    places: [
      ['Mazowieckie', 'Warszawa'],
      ['Małopolskie', 'Kraków'],
    ],
  },
  {
    name: 'Denmark',
    weight: 1,
    cultures: { nordic: 95, arabic: 5 },
    places: [
      ['Hovedstaden', 'København'],
      ['Midtjylland', 'Aarhus|Viborg'],
    ],
  },
];

const STREETS =
  'Mill Lane|Harbour Road|Station Street|Orchard Way|Church Street|Lindenallee|Riverside Drive|Garden Row|Hill Road|Market Square|Maple Avenue|Old Bridge Street|Sunrise Terrace|Canal Walk'.split(
    '|',
  );
const MAIL_DOMAINS = ['example.com', 'example.net', 'example.org'];
const YOUNGEST = 16;
const OLDEST = 82;

/** Letters that do not decompose into a plain letter and a mark. */
const LETTER_SPELLINGS: Record<string, string> = { ø: 'o', ł: 'l', ß: 'ss', æ: 'ae' };

const mailSpellings = new Map<string, string>();

function spellForMail(name: string): string {
  let spelling = mailSpellings.get(name);
  if (spelling === undefined) {
    spelling = name
      .toLowerCase()
      .replace(/[øłßæ]/g, (letter) => LETTER_SPELLINGS[letter])
      .normalize('NFD')
      .replace(/[^a-z]/g, '');
    mailSpellings.set(name, spelling);
  }
  return spelling;
}

const countryChoice = new WeightedChoice(COUNTRIES, (country) => country.weight);
const cultureChoices = new Map(
  COUNTRIES.map((country) => [
    country,
    new WeightedChoice(Object.entries(country.cultures) as [Culture, number][], ([, weight]) => weight),
  ]),
);
// A country's first states are its biggest.
const placeChoices = new Map(
  COUNTRIES.map((country) => [
    country,
    new WeightedChoice(
      country.places.map(([state, cities]) => ({ state, cities: cities.split('|') })),
      (place) => 1 / (2 + country.places.findIndex(([state]) => state === place.state)),
    ),
  ]),
);

/** One out of the shop's public: name and place agree with each other as they do in life, mostly. */
export function drawPerson(chance: Chance, id: number): Person {
  const country = countryChoice.draw(chance);
  const [culture] = cultureChoices.get(country)!.draw(chance);
  const place = placeChoices.get(country)!.draw(chance);
  const gender = chance.happens(0.54) ? 'F' : 'M';
  const firstName = chance.pick(gender === 'F' ? CULTURES[culture].female : CULTURES[culture].male);
  const lastName = chance.pick(CULTURES[culture].last);
  const house = 1 + chance.below(240);
  // House numbers such as 14/2 are common, and put slashes inside a value of the slash-separated user rows.
  const number = chance.happens(0.06) ? `${house}/${1 + chance.below(40)}` : `${house}`;
  return {
    firstName,
    lastName,
    email: `${spellForMail(firstName)}.${spellForMail(lastName)}${id}@${chance.pick(MAIL_DOMAINS)}`,
    gender,
    age: Math.min(OLDEST, YOUNGEST + Math.floor(chance.gamma(3.2) * 6.5)),
    streetAddress: `${number} ${chance.pick(STREETS)}`,
    city: chance.pick(place.cities),
    state: place.state,
    country: country.name,
  };
}

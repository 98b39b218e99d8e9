import type { RowProblemKind, WayToFix } from '../reasons.js';
import type { Sentences } from '../speaker.js';

const WAYS: Readonly<Record<WayToFix, string>> = {
  'as-said': '理由に書かれたとおり',
  'name-status':
    'マッピングファイルの "statuses" にその語を書き、次を実行: tessera import --retry-quarantined --map ファイル',
  'fill-cell': '元データのセルを埋めるか、マッピングファイルの "columns" に列を書き、再度インポート',
  'write-date': '元データで 2026-01-31 14:05:00 UTC のように書き、再度インポート',
  'correct-number': '元データの数値を直すか、マッピングファイルに "decimal" を書き、再度インポート',
  'quote-cells': '区切り文字や改行を含むセルを引用符で囲み、再度インポート',
  'name-rate':
    'マッピングファイルの "rates" に換算レートを書き、次を実行: tessera import --retry-quarantined --map ファイル',
  'correct-row': '元データの行を直し、再度インポート',
};

export const imports: Sentences<RowProblemKind> = {
  missing: () => '値がありません',
  'missing-in-order': () => 'この行にも注文のほかの行にもありません',
  'order-not-here': () => 'まだ取り込まれていない注文を指しています。先にその注文を取り込んでください',
  'missing-amount-of-row': () => '値がありません。行には金額か単価が必要です',
  'missing-amount-of-line': () => '値がありません。明細には金額か単価が必要です',
  'id-too-long': [({ most }, s) => `IDの上限${s.count(most)}文字を超えています`, () => 'IDとして長すぎます'],
  'text-too-long': [({ most }, s) => `${s.count(most)}文字を超えています`, () => '長すぎます'],
  'record-too-long': [({ most }, s) => `${s.count(most)}文字を超えています`, () => '長すぎます'],
  'holds-nul': () => 'NUL文字が含まれています',
  'half-sign': () => 'サロゲートペアの片方だけが含まれています（文字ではありません）',
  'nul-or-half-sign': () => 'NUL文字またはサロゲートペアの片方が含まれています',
  'nests-too-deep': () => '入れ子が深すぎる値が含まれています',
  'wrong-encoding': () => 'ファイルの文字コードにないバイトが含まれています',
  'rounded-id': () => '表計算ソフトで丸められています。列を文字列として書き出してください',
  'too-large': () => '大きすぎます',
  'not-whole': () => '整数ではありません',
  'not-an-age': [
    ({ least, most }, s) => `${s.count(least)}〜${s.count(most)}の年齢ではありません`,
    () => '年齢ではありません',
  ],
  'not-on-sale': () => '販売中かどうか分かりません。trueかfalseで書いてください',
  'not-yes-or-no': () => 'はいでもいいえでもありません。trueかfalseで書いてください',
  'not-a-number': () => '数値ではありません',
  'larger-than-amounts': () => '金額として大きすぎます',
  'decimal-or-thousands': () =>
    'は桁区切りか小数点か分かりません。マッピングファイルに "decimal: \',\'" か "decimal: \'.\'" を書いてください',
  'short-year': () =>
    'は年が省略されています。マッピングファイルに "dates: dmy"、"dates: mdy" か "dates: dd.MM.yy" のような書式を書いてください',
  'day-or-month': () =>
    'は日と月の順序が分かりません。マッピングファイルに "dates: dmy" か "dates: mdy" を書いてください',
  'no-such-day': () => '存在しない日付です',
  'no-such-time': () => '存在しない時刻です',
  'no-such-zone': () => '存在しないタイムゾーンです',
  'outside-years': [({ first, last }) => `${first}年〜${last}年の範囲外です`, () => '扱える年の範囲外です'],
  'spreadsheet-day': () => '表計算ソフトの日付番号です。列を日付の書式にして書き出し直してください',
  'not-a-date': [
    () => '2026-01-31 や 2026-01-31 14:05:00 UTC のような日付ではありません',
    () => '年月日のそろった日付ではありません',
  ],
  'unknown-status': () => '知らないステータスの語です',
  'not-a-currency': () => 'USDのような通貨コードではありません',
  'no-rate': [
    ({ currency, into }) =>
      `は${into}への換算レートがない通貨です。マッピングファイルに書いてください: "rates: { ${currency}: 1.0 }"`,
    ({ into }) => `${into}への換算レートがない通貨です。マッピングファイルに書いてください`,
  ],
  'not-an-object': () => 'オブジェクトではありません',
  'not-json': () => 'JSONではありません',
  'cell-count': [
    ({ cells, header }, s) =>
      `はセルが${s.count(cells)}個で、見出しの${s.count(header)}個より${cells < header ? '少ない' : '多い'}です`,
    ({ cells, header }) => `セルが見出しより${cells < header ? '少ない' : '多い'}です`,
  ],
  'open-quote': () => '閉じられていない引用符があります',
  'not-five-numbers': [() => '空白で区切られた5つの数値ではありません', () => '空白で区切られた数値ではありません'],
  'not-a-user-row': () => 'ユーザー行のように { で始まっていません',
  'cut-off-user-row': () => '途中で切れています。閉じる } がありません',
  'not-a-pair': ({ text }) => `「${text}」は /キー/値 の形ではありません`,
  'not-of-topic': ({ topic }) => `${topic}の内容ではありません`,
  'way-to-fix': [
    ({ way }) => WAYS[way],
    ({ way }) => (way === 'write-date' ? '元データで年月日と時刻を書き、再度インポート' : WAYS[way]),
  ],
};

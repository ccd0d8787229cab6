import assert from 'node:assert/strict'
import { BlockList, isIPv4 } from 'node:net'
import { suite, test } from 'node:test'
import { AddressRange } from '../../src/condition/address-range.ts'
import { Random } from '../fuzz/random.ts'

const asBytes = (range: AddressRange, address: string) =>
  range.hasBytes(Buffer.from(`"${address}"`), 1, address.length + 1)

suite('a range of addresses', () => {
  const rows: [range: string, address: string, isIn: boolean][] = [
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['128.0.0.0/1', '200.1.1.1', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['172.16.0.0/12', '172.31.9.9', true],
    ['172.16.0.0/12', '172.32.0.0', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['fd00::/8', 'fd12:3456::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['fd00::/8', '10.0.0.1', false],
    ['0.0.0.0/0', '10.0.0.01', false],
    ['0.0.0.0/0', '10.0.0.256', false],
    ['0.0.0.0/0', '10.0.0', false],
    ['0.0.0.0/0', '10.0.0.1.', false],
    ['0.0.0.0/0', '', false],
    ['0.0.0.0/0', 'not an address', false],
  ]
  for (const [range, address, isIn] of rows)
    test(`${range} ${isIn ? 'has' : 'has not'} ${address}`, () => {
      assert.equal(new AddressRange(range).has(address), isIn)
      assert.equal(asBytes(new AddressRange(range), address), isIn)
    })

  test('has what Node.js says, of random addresses and texts like them', () => {
    const seed = Date.now() & 0x7fffffff
    const random = new Random(seed)
    const near = () => [10, random.pick([0, 1, 16, 255]), random.below(260), random.below(256)].join('.')
    for (let i = 0; i < 5000; i++) {
      const [first, length, address] = [
        `10.${random.below(256)}.0.${random.below(256)}`,
        random.below(33),
        near(),
      ]
      const list = new BlockList()
      list.addSubnet(first, length)
      const expected = isIPv4(address) && list.check(address)
      assert.equal(
        asBytes(new AddressRange(`${first}/${length}`), address),
        expected,
        `${first}/${length} ${address}, seed ${seed}`,
      )
    }
  })

  for (const text of [
    '',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'x',
    '10.0.0.0/08x',
  ])
    test(`"${text}" is none`, () => {
      assert.throws(() => new AddressRange(text), SyntaxError)
    })
})

/** Words the generated catalogue is made of. Plain ASCII, so that every database sorts and searches them alike. */

/** Categories, most popular first, with what is sold in them. */
export const CATEGORIES: readonly { readonly name: string; readonly things: readonly string[] }[] = [
  { name: 'Beauty', things: ['Lipstick', 'Face Serum', 'Mascara', 'Hand Cream', 'Lip Balm', 'Nail Polish'] },
  { name: 'Sneakers', things: ['Running Shoe', 'High Top', 'Court Sneaker', 'Trail Shoe', 'Slip On'] },
  {
    name: 'Trading Cards',
    things: ['Booster Box', 'Card Binder', 'Holo Card', 'Starter Deck', 'Card Sleeves'],
  },
  { name: 'Jewellery', things: ['Necklace', 'Signet Ring', 'Hoop Earrings', 'Charm Bracelet', 'Pendant'] },
  { name: 'Kitchen', things: ['Teapot', 'Mug', 'Mixing Bowl', 'Cake Stand', 'Chopping Board', 'Apron'] },
  { name: 'Toys', things: ['Puzzle', 'Plush Bear', 'Train Set', 'Kite', 'Building Blocks', 'Spinning Top'] },
  { name: 'Streetwear', things: ['Hoodie', 'Bomber Jacket', 'Cap', 'Cargo Trousers', 'Graphic Tee'] },
  {
    name: 'Vintage Fashion',
    things: ['Wool Coat', 'Silk Scarf', 'Tweed Blazer', 'Denim Jacket', 'Tea Dress'],
  },
  {
    name: 'Home Decor',
    things: ['Cushion', 'Candle Holder', 'Wall Clock', 'Picture Frame', 'Doormat', 'Vase'],
  },
  { name: 'Audio', things: ['Headphones', 'Turntable', 'Speaker', 'Microphone', 'Record Crate'] },
  { name: 'Phones', things: ['Phone Case', 'Charging Stand', 'Screen Guard', 'Power Bank', 'Lens Kit'] },
  { name: 'Fitness', things: ['Yoga Mat', 'Kettlebell', 'Skipping Rope', 'Water Bottle', 'Resistance Band'] },
  { name: 'Bags', things: ['Tote Bag', 'Backpack', 'Lunch Bag', 'Clutch', 'Weekend Bag'] },
  { name: 'Stationery', things: ['Notebook', 'Fountain Pen', 'Sticker Sheet', 'Desk Planner', 'Washi Tape'] },
  { name: 'Garden', things: ['Plant Pot', 'Watering Can', 'Bird Feeder', 'Herb Planter', 'Garden Lantern'] },
  { name: 'Art', things: ['Screen Print', 'Water Colour', 'Sketch Book', 'Brush Set', 'Ceramic Figure'] },
  { name: 'Books', things: ['Cook Book', 'Comic', 'Picture Book', 'Travel Guide', 'Poetry Book'] },
  { name: 'Pets', things: ['Dog Lead', 'Cat Bed', 'Treat Jar', 'Feeding Bowl', 'Chew Toy'] },
  { name: 'Baby', things: ['Baby Blanket', 'Rattle', 'Bib Set', 'Night Light', 'Growth Chart'] },
  { name: 'Party', things: ['Bunting', 'Paper Lantern', 'Balloon Set', 'Cake Cases', 'Party Hats'] },
  { name: 'Watches', things: ['Dive Watch', 'Pocket Watch', 'Field Watch', 'Watch Strap', 'Watch Box'] },
  { name: 'Outdoors', things: ['Camping Stove', 'Head Torch', 'Picnic Blanket', 'Hammock', 'Enamel Cup'] },
  { name: 'Gaming', things: ['Controller', 'Headset Stand', 'Dice Set', 'Board Game', 'Mouse Mat'] },
  { name: 'Crafts', things: ['Sewing Kit', 'Wool Bundle', 'Bead Box', 'Felt Sheets', 'Stamp Set'] },
]

export const STYLES: readonly string[] = [
  ...[
    'Retro',
    'Vintage',
    'Modern',
    'Classic',
    'Rustic',
    'Nordic',
    'Pastel',
    'Bold',
    'Tiny',
    'Giant',
    'Folding',
  ],
  ...[
    'Painted',
    'Woven',
    'Polished',
    'Quilted',
    'Striped',
    'Spotty',
    'Floral',
    'Marbled',
    'Limited',
    'Handmade',
  ],
]

export const COLOURS: readonly string[] = [
  ...['Red', 'Blue', 'Green', 'Ivory', 'Black', 'White', 'Pink', 'Teal', 'Amber', 'Silver', 'Gold', 'Navy'],
  ...['Lilac', 'Coral', 'Olive', 'Copper'],
]

export const MATERIALS: readonly string[] = [
  ...['Cotton', 'Linen', 'Leather', 'Oak', 'Bamboo', 'Steel', 'Brass', 'Ceramic', 'Glass', 'Wool', 'Velvet'],
  ...['Canvas', 'Enamel', 'Paper', 'Recycled'],
]

export const SHOP_WORDS: readonly string[] = [
  ...['Harbour', 'Lantern', 'Juniper', 'Fox', 'Anchor', 'Willow', 'Comet', 'Velvet', 'Copper', 'Meadow'],
  ...['Orchard', 'Raven', 'Saffron', 'Thistle', 'Umber', 'Wander', 'Yonder', 'Zephyr', 'Bramble', 'Clover'],
]

export const SHOP_KINDS: readonly string[] = ['Studio', 'Market', 'Vintage', 'Supply', 'Collective', 'Corner']

export const CITIES: readonly (readonly [city: string, region: string])[] = [
  ['London', 'England'],
  ['Leeds', 'England'],
  ['Bristol', 'England'],
  ['Glasgow', 'Scotland'],
  ['Edinburgh', 'Scotland'],
  ['Cardiff', 'Wales'],
  ['Belfast', 'Northern Ireland'],
  ['Dublin', 'Leinster'],
  ['Paris', 'Ile-de-France'],
  ['Berlin', 'Berlin'],
  ['Lisbon', 'Lisboa'],
  ['Sao Paulo', 'SP'],
]

export const COUNTRIES: readonly string[] = [
  ...['United Kingdom', 'United Kingdom', 'United Kingdom', 'United Kingdom', 'United Kingdom'],
  ...['Germany', 'France', 'Ireland', 'Spain', 'Portugal', 'Brazil', 'Norway'],
]

export const FIRST_NAMES: readonly string[] = [
  ...['Ada', 'Ben', 'Carla', 'Dev', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kaya', 'Liam', 'Mira'],
  ...['Noor', 'Otto', 'Priya', 'Quinn', 'Rosa', 'Sami', 'Tara', 'Uma', 'Viktor', 'Wren', 'Yara', 'Zoe'],
]

//! Texts of the made-up world. `{…}` stands for a place, a time, a small number or a person's name.

/// A topic of tweets.
#[derive(Debug)]
pub(super) struct Topic {
    /// Its tags; the first one is its name.
    pub(super) tags: &'static [&'static str],
    /// Text of a biography.
    pub(super) bio: &'static str,
    /// Beginnings of tweets.
    pub(super) openers: &'static [&'static str],
    /// Continuations.
    pub(super) tails: &'static [&'static str],
}

pub(super) static TOPICS: [Topic; 10] = [
    Topic {
        tags: &["birds", "birding", "wildlife"],
        bio: "Out with binoculars before breakfast",
        openers: &[
            "A kingfisher went past me {place} {time}, so fast that I saw only the colour.",
            "Counted {number} swifts over the roof {time}.",
            "The robin in our yard has decided that the spade is his.",
            "Two herons {place}, standing as if somebody had forgotten them there.",
            "First cuckoo of the year, heard and not seen, as it should be.",
            "A wren weighs as much as a coin and is louder than the bus.",
            "The starlings came in {time}, a whole evening of them.",
            "I walked {number} kilometres for an owl, and the owl was behind the car park.",
        ],
        tails: &[
            "No photo, both hands were busy with the binoculars.",
            "I was late for work and it was worth it.",
            "Does anybody know whether they stay for the winter?",
            "My neighbour pretends not to care, but he asked twice.",
            "Cold fingers, good morning.",
        ],
    },
    Topic {
        tags: &["bread", "baking"],
        bio: "Feeds a sourdough called Gerald",
        openers: &[
            "The loaf from {time} finally has an ear that deserves the name.",
            "Day {number} of the rye experiment: the kitchen smells like a brewery.",
            "Forgot the salt. Again. The ducks are not complaining.",
            "If the dough sticks to everything, add patience and not flour.",
            "Baked {number} rolls, ate three before anybody came home.",
            "Cardamom buns for the whole staircase today.",
            "My oven lies by at least twenty degrees; I have proof now.",
            "A long cold night in the fridge does more for a dough than my arms ever did.",
        ],
        tails: &[
            "Recipe if anybody wants it.",
            "Next time with a little more water.",
            "The crust sang when it cooled down.",
            "Butter is on the table, come over.",
            "Nobody noticed but me, and I will not stop talking about it.",
        ],
    },
    Topic {
        tags: &["cycling", "bikes"],
        bio: "Takes the long way round, by bike",
        openers: &[
            "{number} kilometres before lunch, all of them against the wind.",
            "The new lane {place} is wide, smooth and full of parked vans.",
            "Fixed a puncture {place} with cold hands and warm words.",
            "A stranger lent me a pump {time}. Thank you, stranger.",
            "Changed the chain myself; {number} links too many at the first try.",
            "Downhill in the rain I learned what my brakes think of me.",
            "You hear so much more of a town without a windscreen.",
            "Rode out {time} and had the whole road to myself.",
        ],
        tails: &[
            "Legs like soup now.",
            "Who is in for Sunday?",
            "I would do it again tomorrow, ask me then.",
            "The cake at the end was the plan all along.",
            "Lights on, everybody, it gets dark early.",
        ],
    },
    Topic {
        tags: &["rust", "programming"],
        bio: "Argues with compilers and mostly loses",
        openers: &[
            "The borrow checker was right {time}. I have apologised.",
            "Deleted {number} hundred lines today, and everything still works.",
            "A test that cannot fail is a decoration.",
            "Spent the morning on a bug that was a comma.",
            "The best comment says why. The second best is deleted.",
            "Wrote a small parser {time} because the large one was too clever for me.",
            "If you retry, make sure that twice is as good as once.",
            "My build takes {number} minutes, so I know every plant in this office.",
        ],
        tails: &[
            "It feels like cleaning a window.",
            "I will tell my younger self.",
            "Coffee first, though.",
            "The fix was one line, the message to the team was twelve.",
            "Opinions welcome, benchmarks more so.",
        ],
    },
    Topic {
        tags: &["music", "nowplaying"],
        bio: "Plays the cello when the neighbours are out",
        openers: &[
            "Heard a brass band {place} {time} and missed two trains.",
            "The slow movement is the one that keeps me awake afterwards.",
            "Our choir is {number} voices and one tuning fork.",
            "Found a box of records at the flea market, half of them waltzes.",
            "A good bass line is like good shoes: you notice when it is not there.",
            "Practised scales until the cat left the room.",
            "Concert {place} {time}, bring a cushion, the benches are honest.",
            "I can play it slowly, and I can play it fast, but not in the tempo that is written.",
        ],
        tails: &[
            "What do you listen to when it rains?",
            "My ears are still ringing, happily.",
            "The encore was better than the rest.",
            "Somebody in the last row hummed along and was right.",
            "On repeat since then.",
        ],
    },
    Topic {
        tags: &["garden", "plants"],
        bio: "Grows tomatoes against all advice",
        openers: &[
            "The slugs and I have divided the lettuce. They chose first.",
            "{number} tomatoes on the balcony, and I know each by name.",
            "Planted garlic {time}; now nothing to do but wait until July.",
            "A bumblebee slept in the foxglove, so I watered around it.",
            "The compost is warm, I am absurdly proud.",
            "Every weed I pull has an uncle {place}.",
            "First frost {time}. The dahlias have opinions about it.",
            "Somebody left seedlings at the gate with a note: take one, tell it stories.",
        ],
        tails: &[
            "Soil under my nails until Monday.",
            "If you need mint, please, please take mint.",
            "The blackbird watched all of it.",
            "Next year with a fence.",
            "It was a twig in April.",
        ],
    },
    Topic {
        tags: &["books", "amreading"],
        bio: "Has more books than shelves",
        openers: &[
            "Read {number} pages {time} and missed my stop.",
            "A library card is the best ticket this town sells.",
            "The second chapter explains everything, which is why I hid it from my brother.",
            "I buy books faster than I read them, and I read fast.",
            "Found a letter from 1962 in a second-hand atlas.",
            "Some sentences you want to carry home in both hands.",
            "The ghost story was not frightening until I put out the lamp.",
            "Our book club met {place}; {number} people, four had read it.",
        ],
        tails: &[
            "No spoilers, please.",
            "What should I read next?",
            "I cried a little on the tram.",
            "Returning it hurts.",
            "The cover does it no justice at all.",
        ],
    },
    Topic {
        tags: &["trains", "travel"],
        bio: "Happiest in a window seat",
        openers: &[
            "The night train is late, the conductor is kind, the soup is hot.",
            "{number} borders in one day, and nobody looked up from the card game.",
            "Sat on the left side {time}: the sea, for a whole hour.",
            "There is a station {place} with a bench, a clock and no town.",
            "My rucksack is heavier after every trip, and I only buy postcards.",
            "A child announced every tunnel to the whole carriage, and we all cheered.",
            "Missed the connection, found a bakery.",
            "The dining car has tablecloths again. I take back everything.",
        ],
        tails: &[
            "I could go on like this for weeks.",
            "Write to me about your slowest journey.",
            "The timetable was more of a poem.",
            "Arrived with a new friend and somebody else's umbrella.",
            "Never sit backwards in the mountains, or always do.",
        ],
    },
    Topic {
        tags: &["photo", "photography"],
        bio: "One camera, one lens, many excuses",
        openers: &[
            "Fog {place} {time}, the kind that tidies everything up.",
            "Stood an hour for the light, and it came when I had packed up.",
            "{number} frames on this roll and the one I like is an accident.",
            "Look up: the best part of this street is above the shops.",
            "The hills turned blue one behind the other.",
            "A puddle is a second sky if you kneel for it.",
            "Last light {place}. No filter, only patience.",
            "I took the picture, and then I simply looked for a while.",
        ],
        tails: &[
            "Taken with cold hands.",
            "The file does not smell of pine, sadly.",
            "Prints on the kitchen wall soon.",
            "Which one would you keep?",
            "It lasted two minutes.",
        ],
    },
    Topic {
        tags: &["football", "sundayleague"],
        bio: "Left back of a team that once won",
        openers: &[
            "We lost {number} to one, and the one was beautiful.",
            "The referee {place} was also the barman and the linesman.",
            "Our keeper saved a penalty with his knee and his eyes closed.",
            "Training {time} in the rain; eleven came, so it counts.",
            "The pitch slopes. We know how. They did not.",
            "My nephew explained offside to me with sugar cubes.",
            "A dog ran on, stole the ball and had the best first touch of all.",
            "We need a goalkeeper for Sunday; gloves are here, courage is not.",
        ],
        tails: &[
            "Ice on both knees.",
            "There was soup afterwards, so everybody won.",
            "Same again next week.",
            "The other team bought the drinks, which was kind.",
            "I have watched it eleven times.",
        ],
    },
];

pub(super) const PLACES: &[&str] = &[
    "by the canal",
    "behind the station",
    "at the old mill",
    "on the market square",
    "down at the harbour",
    "near the allotments",
    "under the railway bridge",
    "in the park",
    "on the hill",
    "at the reservoir",
];
pub(super) const TIMES: &[&str] =
    &["this morning", "last night", "before breakfast", "at dusk", "yesterday", "at lunchtime", "on Sunday", "at six"];

/// Answers to a tweet.
pub(super) const ANSWERS: &[&str] = &[
    "This made my day, thank you.",
    "I was there ten minutes earlier and saw nothing of it!",
    "More of this, please.",
    "You are making me jealous on a Tuesday.",
    "My grandmother always said the same.",
    "Is that the place with the green door?",
    "I laughed so loudly that the dog woke up.",
    "How long did it take you?",
    "Same here, and I thought I was the only one.",
    "Next time call me, I bring the thermos.",
    "I disagree, but beautifully put.",
    "That is exactly how it is.",
    "Bookmarked for the next bad day.",
    "Can you show more of it?",
    "I have tried that twice and failed three times.",
    "Say hello from me!",
    "Nobody believes me when I tell them this.",
    "Your neighbours must love you.",
    "What a sentence to read before coffee.",
    "Tell us how it ends.",
];

/// Replies of the tweet's author.
pub(super) const REPLIES: &[&str] = &[
    "Thank you! Come along next time.",
    "It took far too long, and I would do it again.",
    "Ha, exactly that one.",
    "There will be more on Sunday, if the weather holds.",
    "You were missed!",
    "I'll write it down for you tonight.",
];

pub(super) const FIRST_NAMES: &[&str] = &[
    "Amara", "Anouk", "Aric", "Bela", "Brisa", "Caspian", "Ciro", "Dalia", "Davor", "Edda", "Elio", "Emeka", "Esme",
    "Farid", "Fenna", "Gisela", "Hanno", "Ines", "Isak", "Jora", "Juno", "Kaito", "Kalinda", "Leif", "Liora", "Mabel",
    "Malik", "Marta", "Mirela", "Nadir", "Niamh", "Noor", "Odile", "Oskar", "Petra", "Quinn", "Rafa", "Runa", "Samir",
    "Sanna", "Sefa", "Soren", "Tala", "Teodor", "Tilda", "Ugo", "Vesna", "Viggo", "Wanda", "Xenia", "Yara", "Yusuf",
    "Zora",
];
pub(super) const LAST_NAMES: &[&str] = &[
    "Alder",
    "Birch",
    "Bracken",
    "Calloway",
    "Dunlin",
    "Ellwood",
    "Farrow",
    "Fennick",
    "Garrick",
    "Hazel",
    "Heron",
    "Juniper",
    "Kestrel",
    "Larkin",
    "Linden",
    "Marsh",
    "Merle",
    "Nightingale",
    "Oakley",
    "Osprey",
    "Pike",
    "Quill",
    "Redwing",
    "Rook",
    "Rowan",
    "Sedge",
    "Sorrel",
    "Teal",
    "Thorne",
    "Vale",
    "Wick",
    "Wren",
    "Yarrow",
];

/// The last tweet, which shows that a world is complete.
pub(super) const LAST_WORD: &str = "That is everybody, I think. Welcome, and look around! #hello";

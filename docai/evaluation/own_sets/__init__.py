"""Your own documents as a data set: made from the store, confirmed by a person, sealed if asked, kept here."""

source (status dirname)/notekeep.fish

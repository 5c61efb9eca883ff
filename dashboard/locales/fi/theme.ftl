# Vaalea, tumma tai järjestelmän mukaan.
theme-title = Vaalea tai tumma
theme-about = Koskee tätä selainta, kuka tahansa sillä kirjautuu.
theme-choose = Miltä sivut näyttävät
theme-system = Järjestelmän mukaan
theme-light = Vaalea
theme-dark = Tumma
theme-save = Tallenna ulkoasu
done-theme-set = Sivut näyttävät siltä kuin valitsit.
